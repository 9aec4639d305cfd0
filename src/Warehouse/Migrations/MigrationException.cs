namespace MetaGrains.Warehouse.Migrations;

/// <summary>The database cannot be brought to this program's schema; the message says why and what to do.</summary>
public sealed class MigrationException(string message) : Exception(message);
