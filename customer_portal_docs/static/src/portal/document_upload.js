import {_t} from "@web/core/l10n/translation";
import {post} from "@web/core/network/http_service";
import {registry} from "@web/core/registry";

import {FileForm} from "./file_form";
import {removeNotices} from "./notice";
import {TusUpload} from "./tus_upload";
import {UploadItem} from "./upload_item";

const PARALLEL_UPLOADS = 3;

/**
 * Upload page: files are listed as they are chosen or dropped, sent some at a time, each
 * resumable, and what went wrong is told beside the file, with all that was typed still there.
 *
 * Without it the same form works as a plain one.
 */
export class DocumentUpload extends FileForm {
    static selector = ".o_customer_portal_upload";

    setup() {
        super.setup();
        // the files of one form are told of in one mail
        this.uploadKey = `upload-${Date.now()}-${Math.random().toString(36).slice(2)}`;
    }

    makeItem(file) {
        const item = new UploadItem(file, () => this.getValues(file));
        this.addListener(item.removeButton, "click", () => this.remove(item));
        this.addListener(item.pauseButton, "click", () => item.togglePause());
        this.insert(item.el, this.list);
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

    remove(item) {
        item.upload.cancel();
        this.removeItem(item);
    }

    async onSubmit() {
        const items = this.items.filter((item) =>
            ["waiting", "failed"].includes(item.state)
        );
        this.error = this.result = "";
        removeNotices();
        if (!this.items.length) {
            this.error = _t("Please choose a file to upload.");
            return;
        }
        this.uploading = true;
        this.updateContent(); // not only when all is sent
        await this.waitFor(this.sendAll(items));
        await this.waitFor(this.end());
        this.uploading = false;
        this.finish();
    }

    /** Send some files at a time: more would not be faster. */
    async sendAll(items) {
        const waiting = [...items];
        const sendNext = async () => {
            while (waiting.length) {
                await waiting.shift().send();
            }
        };
        await Promise.all(Array.from({length: PARALLEL_UPLOADS}, sendNext));
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
            values.name = `${title} – ${file.name}`.slice(0, 255);
        }
        return values;
    }

    finish() {
        if (!this.items.length) {
            return; // all were cancelled
        }
        const done = this.items.filter((item) => item.state === "done");
        if (done.length === this.items.length) {
            const url = new URL(this.el.dataset.doneUrl, window.location.href);
            url.searchParams.set("uploaded", done.length);
            window.location.assign(url);
            return;
        }
        const counts = {done: done.length, all: this.items.length};
        const isOver = this.items.every((item) =>
            ["done", "refused"].includes(item.state)
        );
        if (done.length) {
            this.result = _t("%(done)s of %(all)s uploaded.", counts);
        }
        if (!done.length || !isOver) {
            this.error = _t(
                "Not everything could be uploaded. What you typed is kept: see below, remove what is not accepted, and press Upload to try again."
            );
        }
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_docs.document_upload", DocumentUpload);
