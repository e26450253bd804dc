import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

import {UploadItem} from "./upload_item";

/** Page of a request: the files for a line go up as resumably as documents. */
export class RequestUpload extends Interaction {
    static selector = ".o_customer_portal_request_upload";
    dynamicContent = {
        _root: {"t-on-submit.prevent": this.onSubmit},
        "button[type=submit]": {"t-att-disabled": () => Boolean(this.uploading)},
    };

    setup() {
        this.items = [];
    }

    async onSubmit() {
        const input = this.el.querySelector("input[type=file]");
        // what failed before may be sent again with what else is chosen
        this.items.forEach((item) => item.el.remove());
        this.items = Array.from(input.files, (file) => this.makeItem(file));
        this.uploading = true;
        this.updateContent();
        const done = await this.waitFor(this.sendAll());
        this.uploading = false;
        if (done && this.items.length) {
            const url = new URL(window.location.href);
            url.searchParams.delete("done");
            url.searchParams.set("received", this.items.length);
            window.location.assign(url);
        }
    }

    makeItem(file) {
        const item = new UploadItem(file, () => this.getValues());
        this.insert(item.el, this.el);
        this.addListener(item.pauseButton, "click", () => item.togglePause());
        this.addListener(item.removeButton, "click", () => {
            item.upload.cancel();
            item.el.remove();
            this.items = this.items.filter((other) => other !== item);
        });
        return item;
    }

    /** Send one file after the other; whether all have arrived. */
    async sendAll() {
        let isDone = true;
        for (const item of [...this.items]) {
            isDone = (await item.send()) && isDone;
        }
        return isDone;
    }

    getValues() {
        const form = new FormData(this.el);
        return {
            request_line_id: form.get("request_line_id"),
            valid_until: form.get("valid_until") || "",
            access_token: this.el.dataset.accessToken || "",
        };
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_docs.request_upload", RequestUpload);
