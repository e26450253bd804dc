import {pyToJsLocale} from "@web/core/l10n/utils";
import {user} from "@web/core/user";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

/**
 * Write a number of bytes as people read it, in the user's language.
 *
 * @param {number} bytes
 * @returns {string} such as "1.4 kB"
 */
export function formatFileSize(bytes) {
    const exponent = bytes < 1024 ? 0 : Math.floor(Math.log2(bytes) / 10);
    const unit = Math.min(exponent, UNITS.length - 1);
    const value = bytes / 1024 ** unit;
    // pages of the portal know the user's language only as their own
    const lang = user.lang || pyToJsLocale(document.documentElement.lang) || "en-US";
    return new Intl.NumberFormat(lang, {
        style: "unit",
        unit: UNITS[unit],
        unitDisplay: unit ? "short" : "long",
        maximumFractionDigits: value < 10 ? 1 : 0,
    }).format(value);
}
