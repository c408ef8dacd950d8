/*
 * version.h - the one number that every program prints for --version.
 */
#ifndef ARRONDI_KEYS_VERSION_H
#define ARRONDI_KEYS_VERSION_H

#define ARRONDI_VERSION "1.0.0"

#endif
