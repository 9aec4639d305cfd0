namespace MetaGrains.GraphSimulator;

/// <summary>A data directory that cannot be served. The message is one line: which file, where in it, what is wrong.</summary>
public sealed class RecordedDataException : Exception
{
    /// <summary>Makes the exception.</summary>
    public RecordedDataException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    public RecordedDataException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes the exception.</summary>
    public RecordedDataException()
    {
    }
}
