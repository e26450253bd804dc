import {Component, onMounted, reactive, useExternalListener, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {FormController} from "@web/views/form/form_controller";
import {formView} from "@web/views/form/form_view";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

import {formatFileSize} from "../core/file_size";
import {checkReadable, postFiles, UploadError} from "../core/upload_request";
import {hasFiles, takeFiles} from "./document_drop";

let nextId = 1;

function getUploads(model) {
    model.portalUploads ||= reactive({items: [], dragging: false, message: ""});
    return model.portalUploads;
}

function addFiles(uploads, files) {
    uploads.message = "";
    for (const file of files) {
        uploads.items.push({
            id: nextId++,
            file,
            name: file.name,
            size: formatFileSize(file.size),
            percent: 0,
            state: "waiting",
            message: "",
        });
    }
}

/** Files chosen or dropped in the upload dialog; its button sends them, as the dialog says. */
export class DocumentUploadWidget extends Component {
    static template = "customer_portal_docs.DocumentUploadWidget";
    static props = {...standardWidgetProps};

    setup() {
        this.state = useState(getUploads(this.props.record.model));
        // a dialog that is drawn again before it is shown has another model
        onMounted(() => addFiles(this.state, takeFiles()));
        // wherever: who misses the frame loses the page to the file
        useExternalListener(window, "dragover", this.onDragOver);
        useExternalListener(window, "dragleave", this.onDragLeave);
        useExternalListener(window, "drop", this.onDrop);
    }

    onChoose(ev) {
        addFiles(this.state, ev.target.files);
        ev.target.value = "";
    }

    onDragOver(ev) {
        if (hasFiles(ev)) {
            ev.preventDefault();
            this.state.dragging = true;
        }
    }

    onDragLeave(ev) {
        // from one element of the page to another is no leaving
        this.state.dragging = this.state.dragging && Boolean(ev.relatedTarget);
    }

    onDrop(ev) {
        this.state.dragging = false;
        if (hasFiles(ev)) {
            ev.preventDefault();
            addFiles(this.state, ev.dataTransfer.files);
        }
    }

    remove(item) {
        this.state.items = this.state.items.filter((other) => other.id !== item.id);
    }

    getRemoveLabel(item) {
        return _t("Remove %s", item.name);
    }
}

/** The dialog: its button sends the files first, and then ends it as the server says. */
class DocumentUploadController extends FormController {
    async beforeExecuteActionButton(clickParams) {
        if (clickParams.name !== "action_upload") {
            return super.beforeExecuteActionButton(clickParams);
        }
        const uploads = getUploads(this.model);
        if (!uploads.items.length) {
            uploads.message = _t("Please choose a file to upload.");
            return false;
        }
        // the server reads the customer, folder and title from the dialog's record
        if (!(await this.model.root.save())) {
            return false;
        }
        const several = uploads.items.length > 1;
        for (const item of uploads.items.filter((one) => one.state !== "done")) {
            await this.send(item, several);
        }
        const done = uploads.items.filter((one) => one.state === "done").length;
        uploads.message = _t("%(done)s of %(all)s uploaded.", {
            done,
            all: uploads.items.length,
        });
        return done === uploads.items.length;
    }

    async send(item, several) {
        item.state = "sending";
        item.message = "";
        const formData = new FormData();
        formData.append("csrf_token", odoo.csrf_token);
        formData.append("wizard_id", this.model.root.resId);
        if (several) {
            formData.append("several", "1");
        }
        formData.append("file", item.file, item.name);
        try {
            await checkReadable(item.file);
            await postFiles("/customer_portal_docs/upload", formData, {
                onProgress: (fraction) => (item.percent = Math.round(fraction * 100)),
            });
            Object.assign(item, {state: "done", message: _t("Uploaded")});
        } catch (error) {
            if (!(error instanceof UploadError)) {
                throw error;
            }
            Object.assign(item, {state: "failed", message: error.message});
        }
    }
}

registry.category("view_widgets").add("customer_portal_document_upload_wizard", {
    component: DocumentUploadWidget,
});
registry.category("views").add("customer_portal_document_upload_wizard_form", {
    ...formView,
    Controller: DocumentUploadController,
});
