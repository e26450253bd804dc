import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {renderToElement} from "@web/core/utils/render";
import {Interaction} from "@web/public/interaction";

import {formatFileSize} from "../core/file_size";
import {postFiles, UploadError} from "../core/upload_request";

/**
 * Upload page: files are listed as they are chosen or dropped, sent one by one with their
 * progress, and what went wrong is told beside the file, with all that was typed still there.
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
            const item = {file, state: "waiting", controller: null};
            item.el = renderToElement("customer_portal_docs.UploadItem", {
                name: file.name,
                size: formatFileSize(file.size),
            });
            this.addListener(item.el.querySelector("button"), "click", () =>
                this.remove(item)
            );
            this.insert(item.el, this.list);
            this.items.push(item);
            const problem = this.getProblem(file);
            if (problem) {
                this.show(item, "refused", problem);
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
        item.controller?.abort();
        this.items = this.items.filter((other) => other !== item);
        item.el.remove();
        this.input.focus();
    }

    /**
     * @param {Object} item
     * @param {"waiting"|"sending"|"done"|"failed"|"refused"} state
     * @param {string} [message]
     */
    show(item, state, message = "") {
        item.state = state;
        const messageEl = item.el.querySelector(".o_customer_portal_message");
        messageEl.textContent = message;
        messageEl.className = `o_customer_portal_message small ${
            state === "done" ? "text-success" : "text-danger"
        }`;
        item.el
            .querySelector(".progress")
            .classList.toggle("d-none", state !== "sending");
        item.el.querySelector("button").classList.toggle("d-none", state === "done");
        this.showProgress(item, 0);
    }

    showProgress(item, fraction) {
        const percent = Math.round(fraction * 100);
        item.el.querySelector(".progress-bar").style.width = `${percent}%`;
        item.el.querySelector(".progress").setAttribute("aria-valuenow", percent);
        item.el.querySelector(".o_customer_portal_percent").textContent =
            `${percent} %`;
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
        for (const item of items) {
            await this.waitFor(this.send(item, this.items.length));
        }
        this.uploading = false;
        this.finish();
    }

    async send(item, count) {
        this.show(item, "sending");
        item.controller = new AbortController();
        try {
            await this.post(item, count);
            this.show(item, "done", _t("Uploaded"));
        } catch (error) {
            if (!(error instanceof UploadError)) {
                throw error;
            }
            this.show(item, "failed", error.message);
        }
    }

    async post(item, count) {
        const options = {
            onProgress: (fraction) => this.showProgress(item, fraction),
            signal: item.controller.signal,
        };
        try {
            await postFiles(
                this.el.action,
                this.getFormData(item.file, count),
                options
            );
        } catch (error) {
            if (error.code !== "session_changed") {
                throw error;
            }
            // logged in anew in another tab: the page only lacks the new session's token
            await this.refreshToken();
            await postFiles(
                this.el.action,
                this.getFormData(item.file, count),
                options
            );
        }
    }

    getFormData(file, count) {
        const formData = new FormData(this.el);
        formData.delete("file");
        const title = formData.get("name").trim();
        if (title && count > 1) {
            formData.set("name", `${title} – ${file.name}`.slice(0, 255));
        }
        formData.append("file", file, file.name);
        return formData;
    }

    async refreshToken() {
        const response = await fetch(this.el.action, {credentials: "same-origin"});
        const page = new DOMParser().parseFromString(
            await response.text(),
            "text/html"
        );
        const token = page.querySelector(
            ".o_customer_portal_upload input[name=csrf_token]"
        );
        if (token) {
            this.el.querySelector("input[name=csrf_token]").value = token.value;
        }
    }

    finish() {
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
