import {browser} from "@web/core/browser/browser";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {FileUpload} from "@customer_portal_docs/portal/file_upload";

/** What was sent, for the page that comes after; see `ShareReceived`. */
export const SENT_KEY = "customer_portal_shares.sent";
/** What the server says where it does not know who sends. */
const FIELDS_BY_CODE = {name_missing: "name", email_missing: "email"};

/**
 * The form that sends files into a share, as resumably as documents. Without it the same form
 * works as a plain one.
 */
export class ShareUpload extends FileUpload {
    static selector = ".o_customer_portal_share_upload";

    start() {
        super.start();
        this.addListener(window, "beforeunload", (ev) => {
            // a visitor who leaves may not come back to send the rest
            if (this.uploading) {
                ev.preventDefault();
            }
        });
    }

    getItemOptions() {
        return {doneMessage: _t("Sent"), scope: `${this.el.getAttribute("action")}:`};
    }

    getMissingMessage() {
        return _t("Please choose a file to send.");
    }

    async onSubmit() {
        if (this.el.querySelector("[name=kept]:checked")) {
            this.sendPlainly();
            return;
        }
        for (const name of Object.values(FIELDS_BY_CODE)) {
            this.markField(name, false);
        }
        await super.onSubmit();
    }

    /** Send the form as it is: files that are on the server already go with it. */
    sendPlainly() {
        const files = new DataTransfer();
        for (const item of this.items) {
            files.items.add(item.file);
        }
        this.input.files = files.files;
        this.el.submit();
    }

    /** Return who sends, and into which folder. */
    getValues() {
        const form = new FormData(this.el);
        const values = {share_token: this.el.dataset.shareToken};
        for (const name of ["name", "email", "folder_id", "wants_thanks"]) {
            values[name] = form.get(name) || "";
        }
        return values;
    }

    markField(name, isWrong) {
        const field = this.el.elements[name];
        field?.classList.toggle("is-invalid", isWrong);
        field?.setAttribute("aria-invalid", isWrong);
        return field;
    }

    finish(count) {
        if (count === this.items.length) {
            const names = this.items.map((item) => item.file.name);
            browser.sessionStorage.setItem(SENT_KEY, JSON.stringify(names));
            const url = new URL(window.location.href);
            url.searchParams.set("received", count);
            window.location.assign(url);
            return;
        }
        if (count) {
            this.result = _t("%(done)s of %(all)s sent.", {
                done: count,
                all: this.items.length,
            });
        }
        const wrong = this.items.find((item) => item.code in FIELDS_BY_CODE);
        if (wrong) {
            this.markField(FIELDS_BY_CODE[wrong.code], true)?.focus();
        }
        if (!count || !this.isOver()) {
            this.error = _t(
                "Not everything could be sent: see below. Remove what is not accepted, and press Send to try again."
            );
        }
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_shares.share_upload", ShareUpload);
