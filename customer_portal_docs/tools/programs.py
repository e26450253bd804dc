"""Which files are programs, or start one when they are opened, by name.

Taken on 2026-11-28 from those who keep such lists; compare with them to bring this up to date:

- Gmail: https://support.google.com/mail/answer/6590
- Outlook: https://support.microsoft.com/office/434752e1-02d3-4e90-9124-8b81e49a8519
- Office files that hold macros:
  https://learn.microsoft.com/deployoffice/compat/office-file-format-reference
"""

_GMAIL = frozenset(
    "ade adp apk appx appxbundle bat cab chm cmd com cpl diagcab diagcfg diagpkg dll dmg ex ex_ exe"
    " hta img ins iso isp jar jnlp js jse lib lnk mde mjs msc msi msix msixbundle msp mst nsh pif"
    " ps1 scr sct shb sys vb vbe vbs vhd vxd wsc wsf wsh xll".split()
)

#: But for certificates, mailboxes, pictures and settings of programs, which run nothing.
_OUTLOOK = frozenset(
    "ade adp app appcontent-ms application appref-ms asp aspx bas bat bgi cab cdxml chm cmd cnt com"
    " cpl csh diagcab exe fxp gadget grp hlp hpj hta htc img inf ins iso isp its jar jnlp js jse"
    " ksh library-ms lnk mad maf mag mam maq mar mas mau mav maw mda mde mdt mdw mdz msc msh msh1"
    " msh1xml msh2 msh2xml mshxml msi msp mst msu osd pif pl plg prg printerexport ps1 ps1xml ps2"
    " ps2xml psc1 psc2 psd1 psdm1 pssc py pyc pyo pyw pyz pyzw reg scf scr sct search-ms"
    " searchconnector-ms settingcontent-ms shb shs theme udl url vb vbe vbp vbs vhd vhdx vsmacros"
    " vsw webpnp website wim wsb wsc wsf wsh xbap xll xnk".split()
)

#: Word, Excel, PowerPoint, Visio, Access and OneNote: with macros, or with programs inside.
_OFFICE = frozenset(
    "accda accde accdr accdu docm dotm iqy one onepkg onetoc2 potm ppam ppsm pptm rqy sldm slk vsdm"
    " vssm vstm wbk wiz wll xla xlam xlm xlsb xlsm xltm xlw".split()
)

#: What these lists leave out: other systems, images of disks, languages, what servers run.
_OTHERS = frozenset(
    # Windows
    "appinstaller ccd daa desklink deskthemepack drv efi job msm mui nrg ocx paf psm1 pyd rdp"
    " scriptlet sfx swf symlink themepack vbscript vdi vmdk wcx widget ws xrm-ms".split()
    # Linux and other Unix systems
    + "appimage bash deb desktop elf fish flatpak flatpakref ko out rpm run service sh snap so tcsh"
    " zsh".split()
    # macOS, Android, iOS
    + "aab action apkm applescript command dex dylib fileloc inetloc ipa kext mobileconfig mpkg osx"
    " pkg prefpane scpt scptd sparsebundle sparseimage term terminal tool webloc workflow"
    " xapk".split()
    # languages and servers
    + "ahk asa ashx asmx au3 awk cfm cgi class cshtml groovy gsh htaccess jsp jspx lua php php3 php4"
    " php5 php7 php8 phar phps pht phtml rb rbw shtm shtml tcl vbhtml vbx war wasm".split()
)

#: Extensions of programs and of what starts one, in lower case, without the dot.
PROGRAM_EXTENSIONS = _GMAIL | _OUTLOOK | _OFFICE | _OTHERS
