import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

import {getOwnAddress} from "../core/own_address";

const ARCHIVE = /^\/my\/documents\/zip$/;

/**
 * List of documents: one box ticks all, and what can be done with the ticked ones can be pressed.
 *
 * Without it the same form sends the boxes as a plain one.
 */
export class DocumentList extends Interaction {
    static selector = ".o_customer_portal_documents";
    dynamicContent = {
        _root: {"t-on-submit": this.onSubmit},
        "input[name=ids]": {"t-on-change": this.onTick},
        ".o_customer_portal_tick_all": {
            "t-on-change": this.onTickAll,
            "t-att-class": () => ({"d-none": false}),
        },
        ".o_customer_portal_zip": {"t-att-disabled": () => !this.ticked.length},
        "button.o_customer_portal_own, .o_customer_portal_own button": {
            "t-att-disabled": () => !this.areOwn,
        },
        ".o_customer_portal_own": {
            "t-att-class": () => ({"d-none": !this.ticked.length}),
        },
        ".o_customer_portal_count": {"t-out": () => this.countText},
    };

    get boxes() {
        return [...this.el.querySelectorAll("input[name=ids]")];
    }

    get ticked() {
        return this.boxes.filter((box) => box.checked);
    }

    get isAllTicked() {
        return this.boxes.every((box) => box.checked);
    }

    get areOwn() {
        return this.ticked.length > 0 && this.ticked.every((box) => box.dataset.own);
    }

    get countText() {
        if (!this.ticked.length) {
            return "";
        }
        const isOwnOffered = this.el.querySelector(".o_customer_portal_own");
        return isOwnOffered && !this.areOwn
            ? _t(
                  "%s chosen. You can move and withdraw only your own documents that are not locked.",
                  this.ticked.length
              )
            : _t("%s chosen", this.ticked.length);
    }

    start() {
        // a browser may bring ticks back with the page
        this.showAllTicked();
    }

    onTick() {
        this.showAllTicked();
    }

    /** The attribute says only how the box begins. */
    showAllTicked() {
        const box = this.el.querySelector(".o_customer_portal_tick_all");
        if (box) {
            box.checked = this.boxes.length > 0 && this.isAllTicked;
        }
    }

    onTickAll(ev) {
        for (const box of this.boxes) {
            box.checked = ev.currentTarget.checked;
        }
    }

    /** Ask for the ZIP with a short address: commas between the ids, and nothing else. */
    onSubmit(ev) {
        if (ev.submitter?.matches(".o_customer_portal_zip")) {
            ev.preventDefault();
            const ids = this.ticked.map((box) => box.value).join(",");
            const url = getOwnAddress(this.el.action, ARCHIVE);
            if (url) {
                window.location.assign(`${url.pathname}?ids=${ids}`);
            }
        }
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_docs.document_list", DocumentList);
