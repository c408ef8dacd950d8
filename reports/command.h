/*
 * command.h - what arrondi-report does beside drawing one report: a row each in
 * report_main.c. Each gets the words after its name and returns the exit status.
 */
#ifndef ARRONDI_REPORTS_COMMAND_H
#define ARRONDI_REPORTS_COMMAND_H

#define REPORT_PROGRAM "arrondi-report"

/* command_receipts.c: receipts DIR --year Y --out FOLDER */
int command_receipts(int argc, char **argv);
/* command_check.c: check FILE SOURCE */
int command_check(int argc, char **argv);

#endif
