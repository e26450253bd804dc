import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {formatFileSize} from "@customer_portal_docs/core/file_size";
import {checkReadable, postFiles} from "@customer_portal_docs/core/upload_request";
import {FileForm} from "@customer_portal_docs/portal/file_form";

/** A chosen file in the list, and what became of it. */
class ShareItem {
    constructor(file, number) {
        this.file = file;
        this.number = number;
        this.state = "waiting";
        this.el = document.createElement("li");
        this.el.className = "d-flex align-items-center gap-2 mt-2";
        const text = document.createElement("div");
        text.className = "flex-grow-1 text-break";
        text.textContent = `${file.name} (${formatFileSize(file.size)})`;
        this.status = document.createElement("div");
        this.status.className = "small text-muted";
        text.append(this.status);
        this.removeButton = document.createElement("button");
        this.removeButton.type = "button";
        this.removeButton.className = "btn btn-sm btn-light fa fa-times";
        this.removeButton.ariaLabel = _t("Remove %s", file.name);
        this.el.append(text, this.removeButton);
    }

    show(state, message) {
        this.state = state;
        this.status.textContent = message;
        const isBad = state === "refused" || state === "failed";
        this.status.classList.toggle("text-danger", isBad);
        this.status.classList.toggle("text-muted", !isBad);
        this.removeButton.hidden = state === "sending" || state === "done";
    }
}

/**
 * The form that sends files into a share: each file is listed, sent by itself, and what went
 * wrong is told beside it. Without it the same form works as a plain one.
 */
export class ShareUpload extends FileForm {
    static selector = ".o_customer_portal_share_upload";

    start() {
        super.start();
        this.addListener(window, "beforeunload", (ev) => {
            // what is half sent here is lost with the page
            if (this.uploading) {
                ev.preventDefault();
            }
        });
    }

    makeItem(file) {
        this.made = (this.made || 0) + 1;
        const item = new ShareItem(file, this.made);
        this.addListener(item.removeButton, "click", () => this.removeItem(item));
        this.insert(item.el, this.list);
        return item;
    }

    async onSubmit() {
        const waiting = this.items.filter((item) =>
            ["waiting", "failed"].includes(item.state)
        );
        this.error = this.items.length ? "" : _t("Please choose a file to send.");
        if (!this.items.length) {
            return;
        }
        this.uploading = true;
        this.updateContent(); // not only when all is sent
        for (const item of waiting) {
            if (this.items.includes(item)) {
                await this.waitFor(this.send(item));
            }
        }
        this.uploading = false;
        this.finish();
    }

    async send(item) {
        const data = new FormData(this.el);
        data.delete("file");
        data.append("file", item.file);
        // what arrived although the answer was lost is not there twice after the next try
        data.set("form_once", `${this.el.elements.form_once.value}-${item.number}`);
        item.show("sending", _t("Sending…"));
        const percent = new Intl.NumberFormat(document.documentElement.lang, {
            style: "percent",
        });
        try {
            await checkReadable(item.file);
            await postFiles(this.el.action, data, {
                onProgress: (part) => item.show("sending", percent.format(part)),
            });
            item.show("done", _t("Sent"));
        } catch (error) {
            // a file that changes while it is sent looks like a connection that is lost
            const problem =
                error.code === "connection" &&
                (await checkReadable(item.file).catch((unreadable) => unreadable));
            const isRefused = (problem || error).code === "unreadable";
            item.show(isRefused ? "refused" : "failed", (problem || error).message);
        }
    }

    finish() {
        if (!this.items.length) {
            return; // all were removed
        }
        const done = this.items.filter((item) => item.state === "done");
        if (done.length === this.items.length) {
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
