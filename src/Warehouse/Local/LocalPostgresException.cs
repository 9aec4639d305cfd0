namespace MetaGrains.Warehouse.Local;

/// <summary>No private PostgreSQL can be had here. The message is one line that says what to do.</summary>
public sealed class LocalPostgresException : Exception
{
    /// <summary>Makes one.</summary>
    public LocalPostgresException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
