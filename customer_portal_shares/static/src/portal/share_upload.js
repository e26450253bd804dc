import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";
import {formatFileSize} from "@customer_portal_docs/core/file_size";
import {postFiles} from "@customer_portal_docs/core/upload_request";

/**
 * The form that sends files into a share: each file is listed, sent by itself, and what went
 * wrong is told beside it. Without it the same form works as a plain one.
 */
export class ShareUpload extends Interaction {
    static selector = ".o_customer_portal_share_upload";
    dynamicContent = {
        _root: {"t-on-submit.prevent": this.onSubmit},
        "input[type=file]": {"t-on-change": this.onChoose},
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
        "button[type=submit]": {"t-att-disabled": () => this.sending},
    };

    setup() {
        this.input = this.el.querySelector("input[type=file]");
        this.list = this.el.querySelector(".o_customer_portal_share_files");
        this.files = [];
        this.sending = false;
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
            const entry = {file, state: "waiting", ...this.makeRow(file)};
            this.addListener(entry.button, "click", () => this.remove(entry));
            this.insert(entry.row, this.list);
            this.files.push(entry);
            const problem = this.getProblem(file);
            if (problem) {
                this.show(entry, "refused", problem);
            }
        }
    }

    makeRow(file) {
        const row = document.createElement("li");
        row.className = "d-flex align-items-center gap-2 mt-2";
        const text = document.createElement("div");
        text.className = "flex-grow-1 text-break";
        text.textContent = `${file.name} (${formatFileSize(file.size)})`;
        const status = document.createElement("div");
        status.className = "small text-muted";
        text.append(status);
        const button = document.createElement("button");
        button.type = "button";
        button.className = "btn btn-sm btn-light fa fa-times";
        button.ariaLabel = _t("Remove %s", file.name);
        row.append(text, button);
        return {row, status, button};
    }

    show(entry, state, message) {
        entry.state = state;
        entry.status.textContent = message;
        const isBad = state === "refused" || state === "failed";
        entry.status.classList.toggle("text-danger", isBad);
        entry.status.classList.toggle("text-muted", !isBad);
        entry.button.hidden = state === "sending" || state === "done";
    }

    remove(entry) {
        this.files = this.files.filter((other) => other !== entry);
        entry.row.remove();
        this.input.focus();
    }

    /** Return what the server would refuse the file for, before it is sent. */
    getProblem(file) {
        if (!file.size) {
            return _t("This file is empty.");
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

    async onSubmit() {
        const waiting = this.files.filter((entry) =>
            ["waiting", "failed"].includes(entry.state)
        );
        this.error = waiting.length ? "" : _t("Please choose a file to send.");
        if (!waiting.length) {
            return;
        }
        this.sending = true;
        this.updateContent();
        for (const entry of waiting) {
            await this.waitFor(this.send(entry));
        }
        this.sending = false;
        this.finish();
    }

    async send(entry) {
        const data = new FormData(this.el);
        data.delete("file");
        data.append("file", entry.file);
        this.show(entry, "sending", _t("Sending…"));
        const percent = new Intl.NumberFormat(document.documentElement.lang, {
            style: "percent",
        });
        try {
            await postFiles(this.el.action, data, {
                onProgress: (part) => this.show(entry, "sending", percent.format(part)),
            });
            this.show(entry, "done", _t("Sent"));
        } catch (error) {
            this.show(entry, "failed", error.message);
        }
    }

    finish() {
        const done = this.files.filter((entry) => entry.state === "done");
        if (done.length === this.files.length) {
            const url = new URL(window.location.href);
            url.searchParams.set("received", done.length);
            window.location.assign(url);
        } else {
            this.error = _t(
                "Not everything could be sent: see below. Remove what is not accepted, and press Send to try again."
            );
        }
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_shares.share_upload", ShareUpload);
