import {Component, useRef, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

import {formatFileSize} from "../core/file_size";
import {postFiles, UploadError} from "../core/upload_request";

/** Files chosen or dropped in the upload dialog, sent as the dialog says. */
export class DocumentUploadWidget extends Component {
    static template = "customer_portal_docs.DocumentUploadWidget";
    static props = {...standardWidgetProps};

    setup() {
        this.input = useRef("input");
        this.state = useState({items: [], dragging: false});
        this.nextId = 1;
    }

    onChoose() {
        this.upload([...this.input.el.files]);
        this.input.el.value = "";
    }

    onDrop(ev) {
        this.state.dragging = false;
        this.upload([...ev.dataTransfer.files]);
    }

    async upload(files) {
        // the server reads the customer, folder and title from the dialog's record
        if (!files.length || !(await this.props.record.save())) {
            return;
        }
        for (const file of files) {
            await this.send(file);
        }
    }

    async send(file) {
        const item = {
            id: this.nextId++,
            name: file.name,
            size: formatFileSize(file.size),
            percent: 0,
            state: "sending",
            message: "",
        };
        this.state.items.push(item);
        const shown = this.state.items.at(-1);
        try {
            await postFiles("/customer_portal_docs/upload", this.getFormData(file), {
                onProgress: (fraction) => (shown.percent = Math.round(fraction * 100)),
            });
            shown.state = "done";
            shown.message = _t("Uploaded");
        } catch (error) {
            if (!(error instanceof UploadError)) {
                throw error;
            }
            shown.state = "failed";
            shown.message = error.message;
        }
    }

    getFormData(file) {
        const formData = new FormData();
        formData.append("csrf_token", odoo.csrf_token);
        formData.append("wizard_id", this.props.record.resId);
        formData.append("file", file, file.name);
        return formData;
    }
}

registry.category("view_widgets").add("customer_portal_document_upload", {
    component: DocumentUploadWidget,
});
