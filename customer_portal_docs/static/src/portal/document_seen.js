import {post} from "@web/core/network/http_service";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

/** Document page: what is opened is not new any more; the page itself writes nothing. */
export class DocumentSeen extends Interaction {
    static selector = "[data-new-document]";

    start() {
        const url = `/my/documents/${this.el.dataset.newDocument}/seen`;
        // the page is as good without: nothing waits for the answer, and no error is shown
        post(url, {csrf_token: odoo.csrf_token}).catch(() => {});
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_docs.document_seen", DocumentSeen);
