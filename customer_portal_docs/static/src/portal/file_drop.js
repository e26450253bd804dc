import {Interaction} from "@web/public/interaction";

/** Most files that are taken of folders: a whole disk may be dropped by chance. */
const MAX_DROPPED = 1000;

/**
 * Return the files of dropped folders and of those in them, as far as the browser reads them.
 *
 * @param {FileSystemEntry[]} entries
 * @returns {Promise<File[]>}
 */
export async function collectFiles(entries) {
    const files = [];
    const waiting = [...entries];
    while (waiting.length && files.length < MAX_DROPPED) {
        const entry = waiting.shift();
        if (entry.isFile) {
            const file = await new Promise((resolve) =>
                entry.file(resolve, () => resolve())
            );
            if (file) {
                files.push(file);
            }
            continue;
        }
        const reader = entry.createReader();
        for (;;) {
            // a hundred at a time
            const some = await new Promise((resolve) =>
                reader.readEntries(resolve, () => resolve([]))
            );
            if (!some.length) {
                break;
            }
            waiting.push(...some);
        }
    }
    return files;
}

/**
 * Return what was dropped, the files of folders one by one. What a drop brings is to be taken
 * before anything is waited for.
 *
 * @param {DataTransfer} transfer
 * @returns {Promise<File[]>}
 */
export function getDroppedFiles(transfer) {
    const entries = Array.from(transfer.items || [])
        .map((item) => item.webkitGetAsEntry?.())
        .filter(Boolean);
    return entries.some((entry) => entry.isDirectory)
        ? collectFiles(entries)
        : Promise.resolve([...transfer.files]);
}

/**
 * What takes files that are dropped, wherever on the page: who misses a frame loses the page to
 * the file. What becomes of them is the subclass's.
 */
export class FileDrop extends Interaction {
    dynamicContent = {
        _window: {
            "t-on-dragover": this.onDragOver,
            "t-on-dragleave": this.onDragLeave,
            "t-on-drop": this.onDrop,
        },
    };
    dragging = false;

    /** Tell whether files are dropped, and not for a form of its own such as a discussion. */
    isForUs(ev) {
        const hasFiles = ev.dataTransfer?.types.includes("Files");
        return hasFiles && !ev.target.closest?.(".o-mail-Composer, .o_portal_chatter");
    }

    onDragOver(ev) {
        if (this.isForUs(ev)) {
            ev.preventDefault();
            this.dragging = true;
        }
    }

    onDragLeave(ev) {
        // from one element of the page to another is no leaving
        this.dragging = this.dragging && Boolean(ev.relatedTarget);
    }

    onDrop(ev) {
        this.dragging = false;
        if (this.isForUs(ev)) {
            ev.preventDefault();
            this.takeDropped(getDroppedFiles(ev.dataTransfer), ev.target);
        }
    }

    /**
     * Do what the drop is for.
     *
     * @param {Promise<File[]>} _dropped
     * @param {Element} _target what they were dropped on
     */
    async takeDropped(_dropped, _target) {}
}
