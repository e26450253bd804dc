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
        /** Files that the customer has taken out of the list. */
        this.removed = new Set();
    }

    async onSubmit() {
        const {files} = this.el.querySelector("input[type=file]");
        // what failed may be sent again with what else is chosen, and nothing arrives twice
        const arrived = this.items.filter((item) => item.state === "done");
        const settled = new Set([...arrived.map((item) => item.file), ...this.removed]);
        for (const item of this.items) {
            if (item.state !== "done") {
                item.el.remove();
            }
        }
        const waiting = Array.from(files)
            .filter((file) => !settled.has(file))
            .map((file) => this.makeItem(file));
        this.items = [...arrived, ...waiting];
        this.uploading = true;
        this.updateContent();
        await this.waitFor(this.sendAll(waiting));
        this.uploading = false;
        this.showResult();
    }

    makeItem(file) {
        const item = new UploadItem(file, () => this.getValues(), {
            scope: `line:${this.getValues().request_line_id}:`,
        });
        this.insert(item.el, this.el);
        this.addListener(item.pauseButton, "click", () => item.togglePause());
        this.addListener(item.removeButton, "click", () => {
            this.removed.add(file);
            item.upload.cancel();
            item.el.remove();
            this.items = this.items.filter((other) => other !== item);
            this.showResult();
        });
        return item;
    }

    /** Send one file after the other. */
    async sendAll(items) {
        for (const item of items) {
            if (this.items.includes(item)) {
                await item.send();
            }
        }
    }

    /** Once all that was chosen has arrived, show the page with it. */
    showResult() {
        const isDone = this.items.every((item) => item.state === "done");
        if (isDone && this.items.length && !this.uploading) {
            const url = new URL(window.location.href);
            url.searchParams.delete("done");
            url.searchParams.set("received", this.items.length);
            window.location.assign(url);
        }
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
