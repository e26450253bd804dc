import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

import {removeNotices} from "./notice";
import {UploadItem} from "./upload_item";

/** The forms that are on the page, one for each line. */
export const FORMS = new Set();
/** What else is sent from the page: no files for a line. */
export const OTHER_FORMS =
    ".o_portal_wrap form[method=post]:not(.o_customer_portal_request_upload)";

/** What waits to be sent from all forms: pairs of a form and its item, in turn. */
const queue = [];
let isSending = false;

/**
 * Send what waits, one file after the other: each that arrives is noted on the request that all
 * are of. One that is paused holds up no other.
 */
async function sendQueue() {
    if (isSending) {
        return; // what was added gets its turn
    }
    isSending = true;
    try {
        while (queue.length) {
            const [form, item] = queue.shift();
            const paused = new Promise((resolve) => {
                item.onPause = resolve;
            });
            await Promise.race([form.send(item), paused]);
        }
    } finally {
        isSending = false;
    }
}

/** Tell whether something was typed into a field, or chosen, and not sent yet. */
function isFilled(field) {
    return field.type === "file"
        ? field.files.length > 0
        : field.type !== "hidden" && field.value !== field.defaultValue;
}

/** Page of a request: the files for a line go up as resumably as documents. */
export class RequestUpload extends Interaction {
    static selector = ".o_customer_portal_request_upload";
    dynamicContent = {
        _root: {"t-on-submit.prevent": this.onSubmit},
        "input[type=file]": {"t-on-change": this.onChoose},
        ".o_customer_portal_with_others": {
            "t-att-class": () => ({"d-none": !this.isWithOthers}),
        },
        "button[type=submit]": {"t-att-disabled": () => Boolean(this.uploading)},
    };

    setup() {
        this.items = [];
        /** Files that the customer has taken out of the list. */
        this.removed = new Set();
        this.fileInput = this.el.querySelector("input[type=file]");
        this.list = this.el.querySelector(".o_customer_portal_request_files");
        FORMS.add(this);
    }

    destroy() {
        FORMS.delete(this);
        this.items = []; // what waits is not sent
    }

    /** Tell whether something is on its way, or waits for its turn. */
    get uploading() {
        return this.items.some((item) => ["waiting", "sending"].includes(item.state));
    }

    /** Files that have arrived, or that the customer has taken out of the list. */
    get settled() {
        const arrived = this.items.filter((item) => item.state === "done");
        return new Set([...arrived.map((item) => item.file), ...this.removed]);
    }

    /** Files that are chosen and have not arrived yet. */
    get unsent() {
        const {settled} = this;
        return [...this.fileInput.files].filter((file) => !settled.has(file));
    }

    /** Tell whether something is chosen that waits for a button, and is not refused already. */
    get isWaiting() {
        const refused = this.items
            .filter((item) => item.state === "refused")
            .map((item) => item.file);
        return !this.uploading && this.unsent.some((file) => !refused.includes(file));
    }

    /** Tell whether the button of this line sends files for other lines as well. */
    get isWithOthers() {
        const others = [...FORMS].filter((form) => form !== this);
        return this.isWaiting && others.some((form) => form.isWaiting);
    }

    /** Tell whether something of this line has not arrived yet. */
    get isPending() {
        const until = this.el.elements.valid_until;
        return (
            this.uploading ||
            this.unsent.length > 0 ||
            this.items.some((item) => item.state !== "done") ||
            Boolean(!this.items.length && until && isFilled(until))
        );
    }

    /** Another choice takes back what waits for its turn. */
    onChoose() {
        const chosen = [...this.fileInput.files];
        for (const item of this.items) {
            if (item.state === "waiting" && !chosen.includes(item.file)) {
                this.drop(item);
            }
        }
        this.updateForms();
    }

    /** What one form holds, the others say something of. */
    updateForms() {
        for (const form of FORMS) {
            form.updateContent();
        }
    }

    /** Send for all lines: who has chosen files for some presses the last button for all. */
    async onSubmit() {
        removeNotices();
        const others = [...FORMS].filter((form) => form !== this && form.isWaiting);
        const forms = [this, ...others.filter((one) => one.el.reportValidity())];
        for (const form of forms) {
            form.enlist();
        }
        this.updateForms();
        this.showResult(); // all may be there already
        await this.waitFor(sendQueue());
    }

    /** List what is to be sent: it waits for its turn. */
    enlist() {
        // what failed may be sent again with what else is chosen, and nothing arrives twice
        const arrived = this.items.filter((item) => item.state === "done");
        const {unsent} = this;
        for (const item of this.items) {
            if (item.state !== "done") {
                item.el.remove();
            }
        }
        const waiting = unsent.map((file) => this.makeItem(file));
        this.items = [...arrived, ...waiting];
        queue.push(...waiting.map((item) => [this, item]));
        this.updateContent();
    }

    async send(item) {
        if (this.items.includes(item)) {
            await item.send();
            this.updateForms();
            this.showResult();
        }
    }

    makeItem(file) {
        const item = new UploadItem(file, () => this.getValues(), {
            scope: `line:${this.getValues().request_line_id}:`,
        });
        this.insert(item.el, this.list);
        this.addListener(item.pauseButton, "click", () => item.togglePause());
        this.addListener(item.removeButton, "click", () => {
            this.removed.add(file);
            item.upload.cancel();
            this.drop(item);
            this.updateForms();
            this.showResult();
        });
        return item;
    }

    drop(item) {
        item.el.remove();
        this.items = this.items.filter((other) => other !== item);
    }

    /** Tell whether a form that sends no files for a line would lose what was filled in. */
    isOtherFormFilled() {
        const fields = `${OTHER_FORMS} :is(input, textarea)`;
        return [...document.querySelectorAll(fields)].some(isFilled);
    }

    /** Show the page anew once nothing on it can be lost; until then each file tells of itself. */
    showResult() {
        const forms = [...FORMS];
        const count = forms.flatMap((form) => form.items).length;
        if (
            count &&
            !forms.some((form) => form.isPending) &&
            !this.isOtherFormFilled()
        ) {
            const url = new URL(window.location.href);
            url.searchParams.delete("done");
            url.searchParams.set("received", count);
            window.location.assign(url);
        }
    }

    getValues() {
        const form = new FormData(this.el);
        return {
            request_line_id: form.get("request_line_id"),
            valid_until: form.get("valid_until") || "",
            access_token: this.el.dataset.accessToken || "",
        };
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_docs.request_upload", RequestUpload);
