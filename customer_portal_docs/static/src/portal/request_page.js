import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

import {FORMS, OTHER_FORMS} from "./request_upload";

/** Page of a request: what was chosen for one of its forms is not lost by another. */
export class RequestPage extends Interaction {
    static selector = ".o_customer_portal_request_lines";
    dynamicContent = {
        // before a form takes it for sent
        _document: {"t-on-submit.capture": this.onSubmit},
    };

    start() {
        this.addListener(window, "beforeunload", (ev) => this.onLeave(ev));
    }

    /** Tell whether a page that a form leads to would lose files. */
    hasUnsent(form) {
        const fields = document.querySelectorAll(`${OTHER_FORMS} input[type=file]`);
        return (
            [...FORMS].some((one) => one.uploading || one.isWaiting) ||
            [...fields].some((field) => field.form !== form && field.files.length)
        );
    }

    /** Warn in the page, as not every phone asks when it is left; the second time, go on. */
    onSubmit(ev) {
        const form = ev.target;
        if (!form.matches(OTHER_FORMS)) {
            return;
        }
        const isWarned = this.warning && form.nextElementSibling === this.warning;
        this.sent = isWarned || !this.hasUnsent(form);
        if (!this.sent) {
            ev.preventDefault();
            ev.stopPropagation();
            this.warn(form);
        }
    }

    warn(form) {
        this.warning?.remove();
        this.warning = document.createElement("div");
        this.warning.className =
            "o_customer_portal_notice alert alert-warning p-2 mt-2 mb-0 w-100";
        this.warning.setAttribute("role", "alert");
        this.warning.textContent = _t(
            "You have chosen files on this page that have not been sent yet. Send them first, or press the button again to go on without them."
        );
        this.insert(this.warning, form, "afterend");
    }

    onLeave(ev) {
        const isAsked = !this.sent && this.hasUnsent();
        this.sent = false;
        if (isAsked || [...FORMS].some((form) => form.uploading)) {
            ev.preventDefault();
        }
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_docs.request_page", RequestPage);
