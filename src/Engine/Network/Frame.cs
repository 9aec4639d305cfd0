namespace MetaGrains.Engine.Network;

/// <summary>What a frame is. On the wire: four bytes of length, this byte, the rest.</summary>
internal enum FrameKind : byte
{
    /// <summary>Silo to client: a nonce.</summary>
    Challenge = 1,

    /// <summary>Client to silo: proof, its own nonce, the cluster it wants.</summary>
    Hello = 2,

    /// <summary>Silo to client: proof, the silo's name, its grain interfaces.</summary>
    Welcome = 3,

    Request = 4,
    Response = 5,
    Cancel = 6,

    /// <summary>Silo to client: ask here no more; what is asked already will be answered.</summary>
    Leaving = 7,
}

/// <summary>How a call ended.</summary>
internal enum Outcome : byte
{
    Result = 0,
    Exception = 1,

    /// <summary>The method has not run, so the call may be sent again.</summary>
    NotRun = 2,

    /// <summary>The method has not run, because another silo owns the grain.</summary>
    NotOwner = 3,
}

internal static class Frame
{
    public const int Version = 2;

    /// <summary>Length and kind.</summary>
    public const int HeaderLength = 5;

    /// <summary>The longest frame before both ends have proven themselves, but for the list of interfaces.</summary>
    public const int MaxHandshakeLength = 1024;

    public static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>So long a silo that leaves answers those who have not noticed.</summary>
    public static readonly TimeSpan LeavingTimeout = TimeSpan.FromSeconds(5);
}
