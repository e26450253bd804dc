import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

import {FileDrop} from "./file_drop";
import {FORMS, OTHER_FORMS} from "./request_upload";

/** What has a field for files: a line, and the form for questions. */
const PLACES = ".o_customer_portal_request_lines > li, #discussion form";

/** Page of a request: what was chosen for one of its forms is not lost by another, or by a drop. */
export class RequestPage extends FileDrop {
    static selector = ".o_customer_portal_request_lines";
    dynamicContent = {
        ...this.dynamicContent,
        // before a form takes it for sent
        _document: {"t-on-submit.capture": this.onSubmit},
        _places: {
            "t-att-class": (el) => ({
                o_customer_portal_dragging: this.dragging && el === this.place,
            }),
        },
    };
    dynamicSelectors = {
        ...this.dynamicSelectors,
        _places: () => document.querySelectorAll(PLACES),
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
        this.sent = ev;
        if (!isWarned && this.hasUnsent(form)) {
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
        // what was prevented, by us or by others, has left the page where it is
        const isSent = this.sent && !this.sent.defaultPrevented;
        const isAsked = !isSent && this.hasUnsent();
        this.sent = null;
        if (isAsked || [...FORMS].some((form) => form.uploading)) {
            ev.preventDefault();
        }
    }

    // -- drops

    /** A field takes what is dropped on it by itself. */
    isForUs(ev) {
        return super.isForUs(ev) && !ev.target.closest?.("input[type=file]");
    }

    onDragOver(ev) {
        super.onDragOver(ev);
        if (this.isForUs(ev)) {
            const field = this.findField(ev.target);
            this.place = field?.closest(PLACES);
            if (!field) {
                ev.dataTransfer.dropEffect = "none";
            }
        }
    }

    findField(target) {
        return target.closest?.(PLACES)?.querySelector("input[type=file]");
    }

    /** Have a field hold what was dropped beside it, as if it had been chosen. */
    async takeDropped(dropped, target) {
        const field = this.findField(target);
        const files = await this.waitFor(dropped);
        if (!field || !files.length) {
            return;
        }
        const chosen = new DataTransfer();
        const all = field.multiple ? [...field.files, ...files] : files.slice(0, 1);
        for (const file of all) {
            chosen.items.add(file);
        }
        field.files = chosen.files;
        field.dispatchEvent(new Event("change", {bubbles: true}));
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_docs.request_page", RequestPage);
