namespace MetaGrains.GraphSimulator;

/// <summary>The simulator cannot listen. The message is one line and says what to do.</summary>
public sealed class GraphSimulatorStartException : Exception
{
    /// <summary>Makes the exception.</summary>
    public GraphSimulatorStartException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    public GraphSimulatorStartException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Makes the exception.</summary>
    public GraphSimulatorStartException()
    {
    }
}
