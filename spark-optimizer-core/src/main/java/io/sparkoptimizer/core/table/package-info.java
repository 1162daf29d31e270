/**
 * History that exists only as a table: files of separated values, each row a run. {@code TableMapping}
 * says what the columns mean, {@code TableReader} takes a file apart into rows, {@code RowReader} makes
 * of a row what is known of a run, and {@code RunTableCollector} brings the runs.
 */
@NullMarked
package io.sparkoptimizer.core.table;

import org.jspecify.annotations.NullMarked;
