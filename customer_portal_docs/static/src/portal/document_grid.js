import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

const KEY = "customer_portal_docs.grid";

/** List of documents: as a table, or as a grid of pictures, as this browser had it last. */
export class DocumentGrid extends Interaction {
    static selector = ".o_customer_portal_grid_button";
    dynamicContent = {
        _root: {
            "t-on-click": this.toggle,
            "t-att-class": () => ({"d-none": false, active: this.isGrid}),
            "t-att-aria-pressed": () => (this.isGrid ? "true" : "false"),
        },
    };

    setup() {
        this.isGrid = browser.localStorage.getItem(KEY) === "1";
    }

    start() {
        this.show();
    }

    toggle() {
        this.isGrid = !this.isGrid;
        browser.localStorage.setItem(KEY, this.isGrid ? "1" : "");
        this.show();
    }

    show() {
        const list = document.querySelector(".o_customer_portal_documents");
        list?.classList.toggle("o_customer_portal_grid", this.isGrid);
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_docs.document_grid", DocumentGrid);
