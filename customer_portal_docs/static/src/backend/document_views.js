import {registry} from "@web/core/registry";
import {FormController} from "@web/views/form/form_controller";
import {formView} from "@web/views/form/form_view";
import {ListController} from "@web/views/list/list_controller";
import {PortalSetup} from "./portal_setup";
import {listView} from "@web/views/list/list_view";

/** Entries of the action menu that a lock forbids; the server refuses them in any case. */
const LOCKED_ITEMS = ["archive", "unarchive", "delete"];

function hideWhenLocked(items, isLocked) {
    for (const name of LOCKED_ITEMS.filter((key) => key in items)) {
        const {isAvailable} = items[name];
        items[name].isAvailable = () => !isLocked() && isAvailable();
    }
    return items;
}

class DocumentFormController extends FormController {
    getStaticActionMenuItems() {
        const items = super.getStaticActionMenuItems();
        return hideWhenLocked(items, () => this.model.root.data.locked_by_id);
    }
}

class DocumentListController extends ListController {
    static template = "customer_portal_docs.DocumentListView";
    static components = {...ListController.components, PortalSetup};

    getStaticActionMenuItems() {
        const items = super.getStaticActionMenuItems();
        return hideWhenLocked(items, () =>
            this.model.root.selection.some((record) => record.data.locked_by_id)
        );
    }
}

registry.category("views").add("customer_portal_document_form", {
    ...formView,
    Controller: DocumentFormController,
});
registry.category("views").add("customer_portal_document_list", {
    ...listView,
    Controller: DocumentListController,
});
