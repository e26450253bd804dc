import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {CharField, charField} from "@web/views/fields/char/char_field";
import {useService} from "@web/core/utils/hooks";
import {browser} from "@web/core/browser/browser";
import {useEffect, useState} from "@odoo/owl";

const GENERATED_LENGTH = 16;
const STRONG = 4;
/** Without letters and digits that look alike: people read passwords to each other. */
const ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** Return random characters of the alphabet. */
function generateText() {
    const limit = 256 - (256 % ALPHABET.length);
    let text = "";
    while (text.length < GENERATED_LENGTH) {
        for (const byte of crypto.getRandomValues(new Uint8Array(GENERATED_LENGTH))) {
            // a byte beyond the limit would favour the first letters
            if (byte < limit && text.length < GENERATED_LENGTH) {
                text += ALPHABET[byte % ALPHABET.length];
            }
        }
    }
    return text;
}

/** Return a random password that is strong: one in twelve would have no digit. */
export function generatePassword() {
    let password = generateText();
    while (getPasswordStrength(password) < STRONG) {
        password = generateText();
    }
    return password;
}

/** Return how strong a password is, from 0 (nothing) to 4, by its length and variety. */
export function getPasswordStrength(password) {
    if (!password) {
        return 0;
    }
    const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d]/];
    const variety = kinds.filter((kind) => kind.test(password)).length;
    const distinct = new Set(password).size;
    const bits = Math.min(password.length, distinct * 2) * (2 + variety);
    return 1 + [40, 60, 80].filter((threshold) => bits >= threshold).length;
}

/**
 * What was typed last in the dialog that is open. The server keeps a hash only: this lets the
 * dialog show the password until it is closed. Never stored anywhere.
 */
export const lastPassword = {value: "", isShown: false};

/** A password for a share: hidden or shown, generated, and told how strong it is. */
export class SharePasswordField extends CharField {
    static template = "customer_portal_shares.SharePasswordField";

    setup() {
        super.setup();
        this.notification = useService("notification");
        this.ui = useState({isShown: false, typed: this.formattedValue || ""});
        this.remember();
        useEffect(
            (value) => {
                // saved, discarded or emptied: what is told of it goes too
                if (!value) {
                    this.ui.typed = "";
                }
            },
            () => [this.props.record.data[this.props.name]]
        );
    }

    remember() {
        Object.assign(lastPassword, {value: this.ui.typed, isShown: this.ui.isShown});
    }

    get strength() {
        return getPasswordStrength(this.ui.typed);
    }

    get strengthLabel() {
        return ["", _t("Weak"), _t("Fair"), _t("Good"), _t("Strong")][this.strength];
    }

    get strengthClass() {
        return ["", "bg-danger", "bg-warning", "bg-info", "bg-success"][this.strength];
    }

    onInput(ev) {
        this.ui.typed = ev.target.value;
        this.remember();
    }

    onToggle() {
        this.ui.isShown = !this.ui.isShown;
        this.remember();
    }

    async onGenerate() {
        this.ui.typed = generatePassword();
        this.ui.isShown = true;
        this.remember();
        await this.props.record.update({[this.props.name]: this.ui.typed});
        await this.copy();
    }

    async copy() {
        try {
            await browser.navigator.clipboard.writeText(this.ui.typed);
        } catch {
            return; // not over HTTPS, or not allowed: it is on the screen
        }
        this.notification.add(_t("The password was copied."), {type: "success"});
    }
}

export const sharePasswordField = {
    ...charField,
    component: SharePasswordField,
};

registry.category("fields").add("customer_portal_share_password", sharePasswordField);
