import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

import {removeNotices} from "./notice";
import {UploadItem} from "./upload_item";

/** Document page: a new version goes up as resumably as a new document. */
export class VersionUpload extends Interaction {
    static selector = ".o_customer_portal_version";
    dynamicContent = {
        _root: {"t-on-submit.prevent": this.onSubmit},
        "button[type=submit]": {"t-att-disabled": () => Boolean(this.uploading)},
    };

    async onSubmit() {
        removeNotices();
        const input = this.el.querySelector("input[type=file]");
        const until = this.el.elements.valid_until;
        const values = {
            document_id: this.el.dataset.documentId,
            valid_until: until ? until.value : "",
        };
        const item = new UploadItem(input.files[0], () => values, {
            scope: `document:${values.document_id}:`,
        });
        this.item?.el.remove();
        this.item = item;
        this.insert(item.el, this.el);
        this.addListener(item.pauseButton, "click", () => item.togglePause());
        this.addListener(item.removeButton, "click", () => {
            item.upload.cancel();
            item.el.remove();
        });
        this.uploading = true;
        this.updateContent();
        const done = await this.waitFor(item.send());
        this.uploading = false;
        if (done) {
            const url = new URL(window.location.href);
            url.searchParams.set("versioned", "1");
            window.location.assign(url);
        }
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_docs.version_upload", VersionUpload);
