namespace MetaGrains.Warehouse.Control;

/// <summary>What became of a request for a run.</summary>
public enum ReceiptKind
{
    /// <summary>A run was made, and waits.</summary>
    Accepted,

    /// <summary>The same key asked for it before.</summary>
    Repeated,

    /// <summary>The same run waits already.</summary>
    Waiting,

    /// <summary>The key belongs to another request; nothing was made.</summary>
    KeyTaken,
}

/// <summary>The answer to a request for a run.</summary>
/// <param name="RunId">The run that stands for the request.</param>
/// <param name="Kind">How it came to be.</param>
/// <param name="Status">The run's status.</param>
public sealed record RunReceipt(long RunId, ReceiptKind Kind, string Status);
