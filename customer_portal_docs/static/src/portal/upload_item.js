import {_t} from "@web/core/l10n/translation";
import {renderToElement} from "@web/core/utils/render";

import {formatFileSize} from "../core/file_size";
import {UploadError} from "../core/upload_request";
import {TusUpload, tryAgainMessage} from "./tus_upload";

/** What no second attempt changes: the file itself is refused. */
const REFUSALS = ["empty_file", "file_too_big", "file_type_refused", "unreadable"];
/** Speeds are averaged, or the time left would jump about. */
const SMOOTHING = 0.3;

function formatTimeLeft(seconds) {
    if (seconds < 60) {
        return _t("%s s left", Math.max(1, Math.round(seconds)));
    }
    if (seconds < 3600) {
        return _t("%s min left", Math.round(seconds / 60));
    }
    return _t("%s h left", (seconds / 3600).toFixed(1));
}

/** A chosen file in the list: its progress, speed, and what went wrong. */
export class UploadItem {
    /**
     * @param {File} file
     * @param {() => Object} getValues what the form says, see {@link TusUpload}
     * @param {Object} [options]
     * @param {string} [options.doneMessage] said when the file has arrived
     * @param {string} [options.scope] see {@link TusUpload}
     */
    constructor(file, getValues, {doneMessage, scope} = {}) {
        this.file = file;
        this.state = "waiting";
        this.speed = 0;
        this.doneMessage = doneMessage || _t("Uploaded");
        this.upload = new TusUpload(file, getValues, {
            progress: (sent, speed) => this.showProgress(sent, speed),
            waiting: (reason) => this.showWaiting(reason),
            scope,
        });
        this.el = renderToElement("customer_portal_docs.UploadItem", {
            name: file.name,
            size: formatFileSize(file.size),
            pauseLabel: _t("Pause %s", file.name),
            removeLabel: _t("Remove %s", file.name),
        });
        this.pauseButton = this.find("pause");
        this.removeButton = this.find("remove");
    }

    find(name) {
        return this.el.querySelector(`.o_customer_portal_${name}`);
    }

    /** Send the file and show how it goes; true when it has arrived. */
    async send() {
        this.code = "";
        this.show("sending");
        try {
            this.address = await this.upload.send();
            this.show("done", this.doneMessage);
            return true;
        } catch (error) {
            const isKnown = error instanceof UploadError;
            if (!isKnown) {
                // a fault of ours: the console tells of it, and other files go on
                Promise.reject(error);
            }
            this.code = isKnown ? error.code : "";
            const isRefused = REFUSALS.includes(this.code);
            const message = isKnown ? error.message : tryAgainMessage();
            this.show(isRefused ? "refused" : "failed", message);
            return false;
        }
    }

    togglePause() {
        const paused = !this.upload.paused;
        this.pauseButton.setAttribute("aria-pressed", paused);
        this.pauseButton.firstElementChild.className = `fa fa-${paused ? "play" : "pause"}`;
        if (paused) {
            this.upload.pause();
            this.onPause?.();
            this.speed = 0;
            this.find("speed").textContent = _t("Paused");
        } else {
            this.upload.resume();
        }
    }

    /**
     * @param {"waiting"|"sending"|"done"|"failed"|"refused"} state
     * @param {string} [message]
     */
    show(state, message = "") {
        this.state = state;
        const messageEl = this.find("message");
        messageEl.textContent = message;
        messageEl.classList.toggle("text-success-emphasis", state === "done");
        messageEl.classList.toggle("text-danger", state !== "done");
        const sending = state === "sending";
        this.el.querySelector(".progress").classList.toggle("d-none", !sending);
        this.pauseButton.classList.toggle("d-none", !sending);
        this.removeButton.classList.toggle("d-none", state === "done");
        this.find("speed").textContent = "";
    }

    showProgress(sent, speed) {
        const percent = Math.floor((sent / this.file.size) * 100);
        this.el.querySelector(".progress-bar").style.width = `${percent}%`;
        this.el.querySelector(".progress").setAttribute("aria-valuenow", percent);
        this.find("percent").textContent = `${percent} %`;
        if (speed) {
            this.speed += (speed - this.speed) * (this.speed ? SMOOTHING : 1);
            const left = (this.file.size - sent) / this.speed;
            this.find("speed").textContent = _t(
                "%(sent)s of %(total)s · %(speed)s/s · %(left)s",
                {
                    sent: formatFileSize(sent),
                    total: formatFileSize(this.file.size),
                    speed: formatFileSize(Math.round(this.speed)),
                    left: formatTimeLeft(left),
                }
            );
        }
    }

    /** Say why nothing is sent, see {@link TusUpload}. */
    showWaiting(reason) {
        const messages = {
            connection: _t(
                "The connection was lost. The upload continues by itself when it is back; contact us if the problem persists."
            ),
            busy: _t("The server is busy right now. The upload continues by itself."),
            turn: _t("Waiting for your other uploads to finish."),
        };
        const messageEl = this.find("message");
        messageEl.textContent = messages[reason] || "";
        messageEl.classList.toggle("text-danger", reason !== "turn");
        if (reason) {
            this.speed = 0;
            this.find("speed").textContent = "";
        }
    }
}
