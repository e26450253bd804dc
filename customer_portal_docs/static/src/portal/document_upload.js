import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

import {TusUpload} from "./tus_upload";
import {UploadItem} from "./upload_item";

const PARALLEL_UPLOADS = 3;

/**
 * Upload page: files are listed as they are chosen or dropped, sent some at a time, each
 * resumable, and what went wrong is told beside the file, with all that was typed still there.
 *
 * Without it the same form works as a plain one.
 */
export class DocumentUpload extends Interaction {
    static selector = ".o_customer_portal_upload";
    dynamicContent = {
        _root: {"t-on-submit.prevent": this.onSubmit},
        "input[type=file]": {
            "t-on-change": this.onChoose,
            "t-att-class": () => ({o_customer_portal_chosen: this.items.length > 0}),
        },
        ".o_customer_portal_drop": {
            "t-on-dragover.prevent": () => (this.dragging = true),
            "t-on-dragleave": () => (this.dragging = false),
            "t-on-drop.prevent": this.onDrop,
            "t-att-class": () => ({o_customer_portal_dragging: this.dragging}),
        },
        ".o_customer_portal_drop_hint": {"t-att-class": () => ({"d-none": false})},
        ".o_customer_portal_error": {
            "t-att-class": () => ({"d-none": !this.error}),
            "t-out": () => this.error,
        },
        "button[type=submit]": {"t-att-disabled": () => this.uploading},
    };

    setup() {
        this.input = this.el.querySelector("input[type=file]");
        this.list = this.el.querySelector(".o_customer_portal_files");
        this.items = [];
        this.uploading = false;
        this.dragging = false;
        this.error = this.el
            .querySelector(".o_customer_portal_error")
            .textContent.trim();
        this.maxBytes = parseInt(this.el.dataset.maxBytes) || 0;
        this.extensions = (this.el.dataset.extensions || "").split(",").filter(Boolean);
        // chosen files are listed below; the field itself is free for more
        this.input.required = false;
    }

    onChoose() {
        this.addFiles(this.input.files);
        this.input.value = "";
    }

    onDrop(ev) {
        this.dragging = false;
        this.addFiles(ev.dataTransfer.files);
    }

    addFiles(files) {
        this.error = "";
        for (const file of files) {
            const item = new UploadItem(file, () => this.getValues(file));
            this.addListener(item.removeButton, "click", () => this.remove(item));
            this.addListener(item.pauseButton, "click", () => item.togglePause());
            this.insert(item.el, this.list);
            this.items.push(item);
            this.recall(file);
            const problem = this.getProblem(file);
            if (problem) {
                item.show("refused", problem);
            }
        }
    }

    /** Bring back what was typed for a file whose upload was left half-way with the page. */
    recall(file) {
        const values = TusUpload.recall(file) || {};
        for (const name of ["name", "description"]) {
            const field = this.el.elements[name];
            if (values[name] && !field.value && this.items.length === 1) {
                field.value = values[name];
            }
        }
    }

    /** Return what the server would refuse the file for, before it is sent. */
    getProblem(file) {
        if (!file.size) {
            return _t(
                "This file is empty. Please check it and try again; contact us if the problem persists."
            );
        }
        if (this.maxBytes && file.size > this.maxBytes) {
            return _t("This file is too big: the largest file accepted is %s.", [
                this.el.dataset.maxSize,
            ]);
        }
        const extension = file.name.includes(".")
            ? file.name.split(".").pop().toLowerCase()
            : "";
        if (this.extensions.length && !this.extensions.includes(extension)) {
            return _t("This type of file is not accepted here.");
        }
        return "";
    }

    remove(item) {
        item.upload.cancel();
        this.items = this.items.filter((other) => other !== item);
        item.el.remove();
        this.input.focus();
    }

    async onSubmit() {
        const items = this.items.filter((item) =>
            ["waiting", "failed"].includes(item.state)
        );
        this.error = "";
        if (!this.items.length) {
            this.error = _t("Please choose a file to upload.");
            return;
        }
        this.uploading = true;
        this.updateContent(); // not only when all is sent
        await this.waitFor(this.sendAll(items));
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

    /** Return what the customer filled in beside a file. */
    getValues(file) {
        const values = Object.fromEntries(new FormData(this.el));
        delete values.file;
        delete values.csrf_token;
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
        } else {
            this.error = _t(
                "Not everything could be uploaded. What you typed is kept: see below, remove what is not accepted, and press Upload to try again."
            );
        }
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_docs.document_upload", DocumentUpload);
