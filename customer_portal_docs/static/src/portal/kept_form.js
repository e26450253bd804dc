import {browser} from "@web/core/browser/browser";
import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

const FIELDS = "form textarea, form input[type=text], form input[type=email]";

/**
 * What was typed into a form is still there after another link or form of its page was used,
 * until it is sent. The browser keeps it for its tab: of an address there would be logs.
 *
 * On what stands around the form, and is there without it as well: `data-kept-form` is the key.
 */
export class KeptForm extends Interaction {
    static selector = "[data-kept-form]";
    dynamicContent = {
        form: {
            "t-on-input": () => this.keep(),
            "t-on-submit": () => this.keep({isSent: true}),
        },
    };

    setup() {
        this.key = `customer_portal_docs.kept_form:${this.el.dataset.keptForm}`;
        this.fields = [...this.el.querySelectorAll(FIELDS)];
    }

    start() {
        const {values = {}, isSent} = JSON.parse(
            browser.sessionStorage.getItem(this.key) || "{}"
        );
        if (isSent && !this.el.querySelector("[role=alert]")) {
            browser.sessionStorage.removeItem(this.key);
            return;
        }
        // not over what the server gave back, or was typed before this began
        for (const field of this.fields) {
            field.value ||= values[field.name] || "";
        }
        this.keep({values});
    }

    keep({values = {}, isSent = false} = {}) {
        const typed = this.fields.map(({name, value}) => [name, value]);
        const kept = {values: {...values, ...Object.fromEntries(typed)}, isSent};
        browser.sessionStorage.setItem(this.key, JSON.stringify(kept));
    }
}

registry
    .category("public.interactions")
    .add("customer_portal_docs.kept_form", KeptForm);
