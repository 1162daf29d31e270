/**
 * Runs kept in a database. {@link io.sparkoptimizer.jdbc.JdbcRepository.Provider} is all that others
 * see; docs/database.md describes what is stored.
 *
 * <p>The way of a run: {@code RunSaving} decides by identity what a batch changes, {@code RunTables}
 * writes and reads rows, {@code RecordColumns} and {@code JsonDocument} turn the model's records into
 * columns and documents by their components, {@code Database} gives connections, {@code Schema}
 * makes the tables.
 */
@NullMarked
package io.sparkoptimizer.jdbc;

import org.jspecify.annotations.NullMarked;
