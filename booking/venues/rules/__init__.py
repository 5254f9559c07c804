"""Pure rules of the venues: no database, no web, no clock. Times are half hours (`epoch seconds // 1800`)."""
