import {FileForm} from "./file_form";
import {removeNotices} from "./notice";
import {UploadItem} from "./upload_item";

/** As many as the server takes of one user at once. */
const PARALLEL_UPLOADS = 2;

/**
 * A form whose files are sent some at a time, each resumable, with progress, pause and cancel;
 * what went wrong is told beside the file, and all that was typed stays.
 *
 * A subclass says what goes with each file, and what comes when all are sent.
 */
export class FileUpload extends FileForm {
    /** Who closes a dialog sends nothing more of it. */
    destroy() {
        for (const item of this.items) {
            item.upload.cancel();
        }
        this.items = [];
    }

    makeItem(file) {
        const item = new UploadItem(
            file,
            () => this.getValues(file),
            this.getItemOptions()
        );
        this.addListener(item.removeButton, "click", () => this.remove(item));
        this.addListener(item.pauseButton, "click", () => item.togglePause());
        this.insert(item.el, this.list);
        return item;
    }

    /** Return what goes with a file: strings by name, and what else is asked of its row. */
    getValues() {
        return {};
    }

    getItemOptions() {
        return {};
    }

    getMissingMessage() {
        return "";
    }

    remove(item) {
        item.upload.cancel();
        this.removeItem(item);
    }

    async onSubmit() {
        const items = this.items.filter((item) =>
            ["waiting", "failed"].includes(item.state)
        );
        this.error = this.result = "";
        removeNotices();
        if (!this.items.length) {
            this.error = this.getMissingMessage();
            return;
        }
        this.uploading = true;
        this.updateContent(); // not only when all is sent
        await this.waitFor(this.sendAll(items));
        await this.waitFor(this.end());
        this.uploading = false;
        if (this.items.length) {
            this.finish(this.items.filter((item) => item.state === "done").length);
            this.updateContent();
            this.showOutcome();
        } // else all were cancelled
    }

    /** On a phone, what became of it may be above what is seen. */
    showOutcome() {
        const name = this.error ? "error" : "result";
        this.el
            .querySelector(`.o_customer_portal_${name}`)
            ?.scrollIntoView({block: "nearest"});
    }

    /** Send some files at a time: more would not be faster. */
    async sendAll(items) {
        const waiting = [...items];
        const sendNext = async () => {
            while (waiting.length) {
                const item = waiting.shift();
                if (this.items.includes(item)) {
                    await item.send();
                }
            }
        };
        await Promise.all(Array.from({length: PARALLEL_UPLOADS}, sendNext));
    }

    /** All that could be sent is there. */
    async end() {}

    /** Tell whether nothing is left that another try would help with. */
    isOver() {
        return this.items.every((item) => ["done", "refused"].includes(item.state));
    }

    /** @param {number} count of the files that have arrived */
    finish() {}
}
