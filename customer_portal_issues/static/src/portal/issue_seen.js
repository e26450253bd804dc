import {Interaction} from "@web/public/interaction";
import {post} from "@web/core/network/http_service";
import {registry} from "@web/core/registry";

/** Page of an issue: an answer that was seen waits no more; the page itself writes nothing. */
export class IssueSeen extends Interaction {
    static selector = "[data-answered-issue]";

    start() {
        const url = `/my/ticket/${this.el.dataset.answeredIssue}/seen`;
        // the page is as good without: nothing waits for the answer, and no error is shown
        post(url, {csrf_token: odoo.csrf_token}).catch(() => {});
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_issues.issue_seen", IssueSeen);
