import {_t} from "@web/core/l10n/translation";
import {Interaction} from "@web/public/interaction";

import {checkReadable} from "../core/upload_request";
import {removeNotices} from "./notice";

/** Most files that are taken of folders: a whole disk may be dropped by chance. */
const MAX_DROPPED = 1000;

/**
 * Return the files of dropped folders and of those in them, as far as the browser reads them.
 *
 * @param {FileSystemEntry[]} entries
 * @returns {Promise<File[]>}
 */
export async function collectFiles(entries) {
    const files = [];
    const waiting = [...entries];
    while (waiting.length && files.length < MAX_DROPPED) {
        const entry = waiting.shift();
        if (entry.isFile) {
            const file = await new Promise((resolve) =>
                entry.file(resolve, () => resolve())
            );
            if (file) {
                files.push(file);
            }
            continue;
        }
        const reader = entry.createReader();
        for (;;) {
            // a hundred at a time
            const some = await new Promise((resolve) =>
                reader.readEntries(resolve, () => resolve([]))
            );
            if (!some.length) {
                break;
            }
            waiting.push(...some);
        }
    }
    return files;
}

/**
 * Return what was dropped, the files of folders one by one. What a drop brings is to be taken
 * before anything is waited for.
 *
 * @param {DataTransfer} transfer
 * @returns {Promise<File[]>}
 */
export function getDroppedFiles(transfer) {
    const entries = Array.from(transfer.items || [])
        .map((item) => item.webkitGetAsEntry?.())
        .filter(Boolean);
    return entries.some((entry) => entry.isDirectory)
        ? collectFiles(entries)
        : Promise.resolve([...transfer.files]);
}

/**
 * A form for files: they are chosen or dropped, listed one below the other, and judged before
 * they are sent. What a file's row looks like and how files are sent is the subclass's.
 *
 * The form says in its data what the server accepts; without JavaScript it is a plain one.
 */
export class FileForm extends Interaction {
    dynamicContent = {
        _root: {"t-on-submit.prevent": this.onSubmit},
        "input[type=file]": {
            "t-on-change": this.onChoose,
            "t-att-class": () => ({o_customer_portal_chosen: this.items.length > 0}),
        },
        // wherever on the page: who misses the frame loses the page to the file
        _window: {
            "t-on-dragover": this.onDragOver,
            "t-on-dragleave": this.onDragLeave,
            "t-on-drop": this.onDrop,
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
        this.dragging = false;
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

    onDrop(ev) {
        this.dragging = false;
        if (this.isForUs(ev)) {
            ev.preventDefault();
            this.addDropped(ev.dataTransfer);
        }
    }

    async addDropped(transfer) {
        this.addFiles(await this.waitFor(getDroppedFiles(transfer)));
        this.updateContent();
    }

    /** Tell whether files are dropped, and not for a form of its own such as a discussion. */
    isForUs(ev) {
        const hasFiles = ev.dataTransfer?.types.includes("Files");
        return hasFiles && !ev.target.closest?.(".o-mail-Composer, .o_portal_chatter");
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
            return _t("This file is too big: the largest file accepted is %s.", [
                this.el.dataset.maxSize,
            ]);
        }
        const extension = file.name.includes(".")
            ? file.name.split(".").pop().toLowerCase()
            : "";
        const isRefused = this.extensions.length
            ? !this.extensions.includes(extension)
            : this.refused.includes(extension);
        if (isRefused) {
            return _t("This type of file is not accepted here.");
        }
        return "";
    }

    removeItem(item) {
        this.items = this.items.filter((other) => other !== item);
        item.el.remove();
        this.input.focus();
    }
}
