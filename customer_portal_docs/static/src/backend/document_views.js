import {registry} from "@web/core/registry";
import {FormController} from "@web/views/form/form_controller";
import {formView} from "@web/views/form/form_view";
import {ListController} from "@web/views/list/list_controller";
import {KanbanController} from "@web/views/kanban/kanban_controller";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {PortalSetup} from "./portal_setup";
import {useDocumentUpload} from "./document_drop";
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

/** Return what the open folder of the panel says of a document that is uploaded there. */
function getFolderContext(searchModel) {
    const [panel] = searchModel.getSections(
        (section) => section.type === "category" && section.fieldName === "folder_id"
    );
    return panel?.activeValueId ? {default_folder_id: panel.activeValueId} : {};
}

/** Have a list or kanban open the upload dialog, by its button or by files dropped on it. */
function useUploadOf(controller) {
    return useDocumentUpload(
        () => controller.rootRef.el,
        () => ({
            ...controller.props.context,
            ...getFolderContext(controller.env.searchModel),
        }),
        () => controller.model.load()
    );
}

class DocumentKanbanController extends KanbanController {
    static template = "customer_portal_docs.DocumentKanbanView";

    setup() {
        super.setup();
        this.openUpload = useUploadOf(this);
    }
}

class DocumentListController extends ListController {
    static template = "customer_portal_docs.DocumentListView";
    static components = {...ListController.components, PortalSetup};

    setup() {
        super.setup();
        this.openUpload = useUploadOf(this);
    }

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
registry.category("views").add("customer_portal_document_kanban", {
    ...kanbanView,
    Controller: DocumentKanbanController,
});
registry.category("views").add("customer_portal_document_list", {
    ...listView,
    Controller: DocumentListController,
});
