import {registry} from "@web/core/registry";
import {renderToElement} from "@web/core/utils/render";
import {Interaction} from "@web/public/interaction";

import {getDroppedFiles} from "./file_form";

export function hasFiles(ev) {
    return Boolean(ev.dataTransfer?.types.includes("Files"));
}

/** Pages with a button to the upload form: files that are dropped anywhere open it, as a dialog. */
export class DropAnywhere extends Interaction {
    static selector = ".o_customer_portal_upload_button";
    dynamicContent = {
        _window: {
            "t-on-dragover": this.onDragOver,
            "t-on-dragleave": this.onDragLeave,
            "t-on-drop": this.onDrop,
        },
        _body: {
            "t-att-class": () => ({o_customer_portal_dropping: Boolean(this.dragging)}),
        },
    };

    /** Tell whether the files are for this button: neither for the discussion nor for a form. */
    isForUs(ev) {
        const isElsewhere =
            ev.defaultPrevented ||
            document.querySelector("form.o_customer_portal_upload") ||
            ev.target.closest?.("#discussion, .o-mail-Composer, .o_portal_chatter");
        return hasFiles(ev) && !isElsewhere;
    }

    onDragOver(ev) {
        if (this.isForUs(ev)) {
            ev.preventDefault();
            this.dragging = true;
        }
    }

    onDragLeave(ev) {
        // from one element of the page to another is no leaving
        this.dragging = this.dragging && Boolean(ev.relatedTarget);
    }

    async onDrop(ev) {
        this.dragging = false;
        if (!this.isForUs(ev)) {
            return;
        }
        ev.preventDefault();
        const dropped = getDroppedFiles(ev.dataTransfer);
        const page = await this.waitFor(fetch(this.el.href).then((res) => res.text()));
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
            window.location.assign(this.el.href); // logged out meanwhile
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
        this.addListener(dialog, "hidden.bs.modal", () => dialog.remove());
        window.Modal.getOrCreateInstance(dialog, {backdrop: "static"}).show();
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_docs.drop_anywhere", DropAnywhere);
