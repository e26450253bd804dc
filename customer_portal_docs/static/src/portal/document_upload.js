import {_t} from "@web/core/l10n/translation";
import {post} from "@web/core/network/http_service";
import {registry} from "@web/core/registry";

import {getOwnAddress} from "../core/own_address";
import {FileUpload} from "./file_upload";
import {TusUpload} from "./tus_upload";

/**
 * Upload page: what is typed beside the files goes with each of them.
 *
 * Without it the same form works as a plain one.
 */
export class DocumentUpload extends FileUpload {
    static selector = ".o_customer_portal_upload";

    setup() {
        super.setup();
        // the files of one form are told of in one mail
        this.uploadKey = `upload-${Date.now()}-${Math.random().toString(36).slice(2)}`;
    }

    makeItem(file) {
        const item = super.makeItem(file);
        this.recall(file);
        return item;
    }

    /** Bring back what was typed for a file whose upload was left half-way with the page. */
    recall(file) {
        const values = TusUpload.recall(file) || {};
        for (const name of ["name", "description"]) {
            const field = this.el.elements[name];
            if (values[name] && !field.value && !this.items.length) {
                field.value = values[name];
            }
        }
    }

    getMissingMessage() {
        return _t("Please choose a file to upload.");
    }

    /** Say that all is there: who must know is told now, and else a little later. */
    async end() {
        if (this.items.some((item) => item.state === "done")) {
            const params = {csrf_token: odoo.csrf_token, upload_key: this.uploadKey};
            await post("/my/documents/uploaded", params, "text").catch(() => {});
        }
    }

    /** Return what the customer filled in beside a file. */
    getValues(file) {
        const values = Object.fromEntries(new FormData(this.el));
        delete values.file;
        delete values.csrf_token;
        delete values.form_once; // each file is sent by itself
        values.upload_key = this.uploadKey;
        const title = values.name.trim();
        if (title && this.items.length > 1) {
            // what is too long is cut off the title, as on the server: the names tell them apart
            const end = ` – ${file.name}`;
            const room = this.el.elements.name.maxLength - end.length;
            values.name = title.slice(0, Math.max(room, 0)).trimEnd() + end;
        }
        return values;
    }

    finish(count) {
        if (count === this.items.length) {
            const url =
                getOwnAddress(this.el.dataset.doneUrl, /^\/my\//) ||
                new URL("/my/documents", window.location.href);
            url.searchParams.set("uploaded", count);
            window.location.assign(url);
            return;
        }
        if (count) {
            this.result = _t("%(done)s of %(all)s uploaded.", {
                done: count,
                all: this.items.length,
            });
        }
        if (!count || !this.isOver()) {
            this.error = _t(
                "Not everything could be uploaded. What you typed is kept: see below, remove what is not accepted, and press Upload to try again."
            );
        }
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_docs.document_upload", DocumentUpload);
