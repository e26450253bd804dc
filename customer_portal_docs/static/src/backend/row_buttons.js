import {ListRenderer} from "@web/views/list/list_renderer";
import {getActiveHotkey} from "@web/core/hotkeys/hotkey_service";
import {patch} from "@web/core/utils/patch";

/**
 * Enter presses a button of ours in a row, as it does everywhere else.
 *
 * Odoo's lists take it for the row, which it opens or edits: by keyboard the button had Space alone.
 */
patch(ListRenderer.prototype, {
    onCellKeydown(ev, ...rest) {
        const button = ev.target.closest(".o_customer_portal_row_button");
        if (button && getActiveHotkey(ev) === "enter") {
            // the browser presses it: nothing that is further out may take it away
            ev.stopPropagation();
        } else {
            super.onCellKeydown(ev, ...rest);
        }
    },
});
