import {Component, useEffect, useRef} from "@odoo/owl";
import {makeContext} from "@web/core/context";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

const ACTION = "customer_portal_docs.customer_portal_document_upload_wizard_action";
const DRAGGED = "o_customer_portal_dragged";

/** Files that were dropped on a view, for the dialog that is about to open. */
let dropped = [];

export function takeFiles() {
    const files = dropped;
    dropped = [];
    return files;
}

export function hasFiles(ev) {
    return Boolean(ev.dataTransfer?.types.includes("Files"));
}

/**
 * Open the upload dialog, also for files that are dropped on an element.
 *
 * @param {() => HTMLElement} getElement
 * @param {() => Object} getContext what is known of the documents: default values
 * @param {() => any} onClose once the dialog is closed
 * @param {() => Promise<boolean>} [isReady] whether it may open, asked each time
 * @returns {() => Promise} opens the dialog
 */
export function useDocumentUpload(getElement, getContext, onClose, isReady) {
    const action = useService("action");
    const open = async (files = []) => {
        if (!isReady || (await isReady())) {
            dropped = files;
            await action.doAction(ACTION, {additionalContext: getContext(), onClose});
        }
    };
    // on the document: a view and a tab of it may be other elements at the next moment
    useEffect(
        () => {
            const zoneOf = (ev) => {
                const el = hasFiles(ev) ? getElement() : null;
                return el?.contains(ev.target) ? el : null;
            };
            const listeners = {
                dragover: (ev) => {
                    const el = zoneOf(ev);
                    el?.classList.add(DRAGGED);
                    if (el) {
                        ev.preventDefault();
                    }
                },
                dragleave: (ev) => {
                    const el = getElement();
                    if (!el?.contains(ev.relatedTarget)) {
                        el?.classList.remove(DRAGGED);
                    }
                },
                drop: (ev) => {
                    const el = zoneOf(ev);
                    el?.classList.remove(DRAGGED);
                    if (el) {
                        ev.preventDefault();
                        open([...ev.dataTransfer.files]);
                    }
                },
            };
            for (const [name, listener] of Object.entries(listeners)) {
                document.addEventListener(name, listener, true);
            }
            return () => {
                for (const [name, listener] of Object.entries(listeners)) {
                    document.removeEventListener(name, listener, true);
                }
            };
        },
        () => []
    );
    return open;
}

/** The Upload button of a form's tab; files may be dropped anywhere on the tab. */
export class DocumentDrop extends Component {
    static template = "customer_portal_docs.DocumentDrop";
    static props = {...standardWidgetProps, context: {type: String, optional: true}};

    setup() {
        this.root = useRef("root");
        this.open = useDocumentUpload(
            () => this.root.el?.closest(".tab-pane, .o_form_sheet"),
            () => makeContext([this.props.context], this.props.record.evalContext),
            () => this.props.record.load(),
            // the dialog names the record that the tab is of
            () => this.props.record.save()
        );
    }
}

registry.category("view_widgets").add("customer_portal_document_drop", {
    component: DocumentDrop,
    extractProps: ({attrs}) => ({context: attrs.context}),
});
