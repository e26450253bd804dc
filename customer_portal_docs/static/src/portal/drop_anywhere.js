import {registry} from "@web/core/registry";
import {renderToElement} from "@web/core/utils/render";

import {getOwnAddress} from "../core/own_address";
import {FileDrop} from "./file_drop";

const FORM = /^\/my\/documents\/upload$/;

/** Pages with a button to the upload form: files that are dropped anywhere open it, as a dialog. */
export class DropAnywhere extends FileDrop {
    static selector = ".o_customer_portal_upload_button";
    dynamicContent = {
        ...this.dynamicContent,
        _body: {
            "t-att-class": () => ({o_customer_portal_dropping: this.dragging}),
        },
    };

    setup() {
        // none for what only looks like our button
        this.form = getOwnAddress(this.el.href, FORM);
    }

    /** Neither for the discussion nor for a form that is on the page already. */
    isForUs(ev) {
        const isElsewhere =
            ev.defaultPrevented ||
            !this.form ||
            document.querySelector("form.o_customer_portal_upload") ||
            ev.target.closest?.("#discussion");
        return super.isForUs(ev) && !isElsewhere;
    }

    async takeDropped(dropped) {
        const page = await this.waitFor(
            fetch(this.form)
                .then((res) => res.text())
                .catch(() => "")
        );
        const chosen = new DataTransfer();
        for (const file of await this.waitFor(dropped)) {
            chosen.items.add(file);
        }
        const form = new DOMParser()
            .parseFromString(page, "text/html")
            .querySelector("form.o_customer_portal_upload");
        if (form) {
            this.open(document.adoptNode(form), chosen.files);
        } else {
            window.location.assign(this.form); // logged out meanwhile, or no connection
        }
    }

    open(form, files) {
        const dialog = renderToElement("customer_portal_docs.UploadDialog");
        dialog.querySelector(".modal-body").append(form);
        const cancel = form.querySelector(".o_customer_portal_cancel");
        cancel.dataset.bsDismiss = "modal";
        // the form takes what was chosen before it runs
        form.querySelector("input[type=file]").files = files;
        this.insert(dialog, document.body);
        // at once, not when it has faded: what arrives meanwhile leads to another page
        this.addListener(dialog, "hide.bs.modal", () =>
            this.services["public.interactions"].stopInteractions(dialog)
        );
        this.addListener(dialog, "hidden.bs.modal", () => dialog.remove());
        window.Modal.getOrCreateInstance(dialog, {backdrop: "static"}).show();
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_docs.drop_anywhere", DropAnywhere);
