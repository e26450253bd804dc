import {_t} from "@web/core/l10n/translation";

/** What went wrong with an upload, in words for people. */
export class UploadError extends Error {
    /**
     * @param {string} code for programs: the server's, or "connection" or "cancelled"
     * @param {string} message for people
     */
    constructor(code, message) {
        super(message);
        this.code = code;
    }
}

/**
 * Make sure that a file can be read: it may be a folder that was dropped, or have changed since it
 * was chosen, of which a browser says no more than that nothing was sent.
 *
 * @param {File} file
 * @throws {UploadError}
 */
export async function checkReadable(file) {
    try {
        await file.slice(0, 1).arrayBuffer();
    } catch {
        throw new UploadError(
            "unreadable",
            _t(
                "This file cannot be read: it is a folder, or was changed or moved since you chose it. Please choose it again."
            )
        );
    }
}

function tryAgainMessage() {
    return _t(
        "The upload did not succeed. Please try again; contact us if the problem persists."
    );
}

function readAnswer(xhr) {
    try {
        return JSON.parse(xhr.responseText);
    } catch {
        return {};
    }
}

/**
 * Post a form with files and tell of the progress.
 *
 * XMLHttpRequest, because fetch cannot tell how much of a body has been sent.
 *
 * @param {string} url
 * @param {FormData} formData
 * @param {Object} [options]
 * @param {(fraction: number) => void} [options.onProgress] called with 0 to 1
 * @param {AbortSignal} [options.signal]
 * @returns {Promise<Object>} the server's JSON answer
 * @throws {UploadError}
 */
export function postFiles(url, formData, {onProgress, signal} = {}) {
    return new Promise((resolve, reject) => {
        const xhr = new XMLHttpRequest();
        xhr.open("POST", url);
        xhr.setRequestHeader("Accept", "application/json");
        xhr.upload.addEventListener("progress", (ev) => {
            if (ev.lengthComputable) {
                onProgress?.(ev.loaded / ev.total);
            }
        });
        xhr.addEventListener("load", () => {
            const answer = readAnswer(xhr);
            if (xhr.status === 201) {
                resolve(answer);
            } else {
                reject(
                    new UploadError(
                        answer.error || "server",
                        answer.message || tryAgainMessage()
                    )
                );
            }
        });
        const onLost = () =>
            reject(
                new UploadError(
                    "connection",
                    _t(
                        "The connection was lost. Please try again; contact us if the problem persists."
                    )
                )
            );
        xhr.addEventListener("error", onLost);
        xhr.addEventListener("timeout", onLost);
        xhr.addEventListener("abort", () =>
            reject(new UploadError("cancelled", _t("The upload was cancelled.")))
        );
        signal?.addEventListener("abort", () => xhr.abort());
        xhr.send(formData);
    });
}
