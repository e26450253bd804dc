import {_t} from "@web/core/l10n/translation";

import {checkReadable} from "../core/upload_request";
import {FileDrop} from "./file_drop";
import {removeNotices} from "./notice";

/**
 * A form for files: they are chosen or dropped, listed one below the other, and judged before
 * they are sent. What a file's row looks like and how files are sent is the subclass's.
 *
 * The form says in its data what the server accepts; without JavaScript it is a plain one.
 */
export class FileForm extends FileDrop {
    dynamicContent = {
        ...this.dynamicContent,
        _root: {"t-on-submit.prevent": this.onSubmit},
        "input[type=file]": {
            "t-on-change": this.onChoose,
            "t-att-class": () => ({o_customer_portal_chosen: this.items.length > 0}),
        },
        ".o_customer_portal_drop": {
            "t-att-class": () => ({o_customer_portal_dragging: this.dragging}),
        },
        ".o_customer_portal_drop_hint": {"t-att-class": () => ({"d-none": false})},
        ".o_customer_portal_error": {
            "t-att-class": () => ({"d-none": !this.error}),
            "t-out": () => this.error,
        },
        ".o_customer_portal_result": {
            "t-att-class": () => ({"d-none": !this.result}),
        },
        ".o_customer_portal_result_text": {"t-out": () => this.result},
        "button[type=submit]": {"t-att-disabled": () => this.uploading},
    };

    setup() {
        this.input = this.el.querySelector("input[type=file]");
        this.list = this.el.querySelector(".o_customer_portal_files");
        this.items = [];
        this.uploading = false;
        this.error = this.el
            .querySelector(".o_customer_portal_error")
            .textContent.trim();
        this.result = "";
        this.maxBytes = parseInt(this.el.dataset.maxBytes) || 0;
        this.extensions = (this.el.dataset.extensions || "").split(",").filter(Boolean);
        this.refused = (this.el.dataset.refused || "").split(",").filter(Boolean);
        // chosen files are listed below; the field itself is free for more
        this.input.required = false;
    }

    /** Take what was chosen before this ran: on a slow line the form is there much earlier. */
    start() {
        if (this.input.files.length) {
            this.onChoose();
            this.updateContent();
        }
    }

    onChoose() {
        this.addFiles(this.input.files);
        this.input.value = "";
    }

    async takeDropped(dropped) {
        this.addFiles(await this.waitFor(dropped));
        this.updateContent();
    }

    /** List files, and tell beside each what the server would refuse it for. */
    addFiles(files) {
        this.error = this.result = "";
        removeNotices();
        for (const file of files) {
            const item = this.makeItem(file);
            this.items.push(item);
            const problem = this.getProblem(file);
            if (problem) {
                item.show("refused", problem);
            } else {
                this.checkItem(item);
            }
        }
    }

    /** Tell at once of what cannot be read, such as a folder where the browser says no more of it. */
    async checkItem(item) {
        try {
            await this.waitFor(checkReadable(item.file));
        } catch (error) {
            if (item.state === "waiting") {
                item.show("refused", error.message);
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
            return _t(
                "This file is too big: the largest file accepted is %s. Please choose a smaller one and try again; contact us if the problem persists.",
                [this.el.dataset.maxSize]
            );
        }
        const extension = file.name.includes(".")
            ? file.name.split(".").pop().toLowerCase()
            : "";
        const isRefused = this.extensions.length
            ? !this.extensions.includes(extension)
            : this.refused.includes(extension);
        if (isRefused) {
            return _t(
                "This type of file is not accepted here. Please choose another file and try again; contact us if the problem persists."
            );
        }
        return "";
    }

    removeItem(item) {
        this.items = this.items.filter((other) => other !== item);
        item.el.remove();
        this.input.focus();
    }
}
