namespace Orleans.Runtime
{
    /// <summary>The base of what the engine itself throws.</summary>
    public class OrleansException : Exception
    {
        public OrleansException()
        {
        }

        public OrleansException(string message)
            : base(message)
        {
        }

        public OrleansException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>The call was turned away. Unless the message says otherwise the method has not run.</summary>
    public class OrleansMessageRejectionException : OrleansException
    {
        internal OrleansMessageRejectionException(string message, Exception? innerException = null)
            : base(message, innerException)
        {
        }
    }

    /// <summary>No silo takes the call: none is known, it stops, or the connection was lost.</summary>
    public sealed class SiloUnavailableException : OrleansMessageRejectionException
    {
        public SiloUnavailableException()
            : this("No silo is available.")
        {
        }

        public SiloUnavailableException(string msg)
            : base(msg)
        {
        }

        public SiloUnavailableException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>The silo or the connection has more calls waiting than it takes.</summary>
    public sealed class GatewayTooBusyException : OrleansException
    {
        public GatewayTooBusyException()
        {
        }

        public GatewayTooBusyException(string message)
            : base(message)
        {
        }

        public GatewayTooBusyException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>The grain has more calls waiting than its mailbox takes.</summary>
    public sealed class LimitExceededException : OrleansException
    {
        public LimitExceededException()
        {
        }

        public LimitExceededException(string message)
            : base(message)
        {
        }

        public LimitExceededException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>The host is set up in a way that cannot work; the message says what to change.</summary>
    public sealed class OrleansConfigurationException : Exception
    {
        public OrleansConfigurationException(string message)
            : base(message)
        {
        }

        public OrleansConfigurationException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>A reminder was changed by somebody else: get it again.</summary>
    public sealed class ReminderException(string message) : OrleansException(message);

    /// <summary>Stands for an exception whose type the caller does not have; it keeps type name, message and stack.</summary>
    public class WrappedException(string message) : OrleansException(message)
    {
        /// <summary>The full name of the type that was thrown.</summary>
        public string? OriginalExceptionType { get; set; }

        public override string ToString() => $"{OriginalExceptionType}: {Message}{Environment.NewLine}{StackTrace}";
    }
}

namespace Orleans.Runtime.Messaging
{
    /// <summary>No connection to the silo could be made, so that nothing was run. Only Orleans throws it; ours says <see cref="SiloUnavailableException"/>.</summary>
    public class ConnectionFailedException : OrleansException
    {
        public ConnectionFailedException()
        {
        }

        public ConnectionFailedException(string message)
            : base(message)
        {
        }

        public ConnectionFailedException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }
    }
}

namespace Orleans.Storage
{
    /// <summary>The record was changed by somebody else. If it leaves a grain method, the activation ends and the next call reads again.</summary>
    public class InconsistentStateException : OrleansException
    {
        public InconsistentStateException()
        {
        }

        public InconsistentStateException(string message)
            : base(message)
        {
        }

        public InconsistentStateException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }

        public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag)
            : base(errorMsg) => (StoredEtag, CurrentEtag) = (storedEtag, currentEtag);

        public string? StoredEtag { get; }

        public string? CurrentEtag { get; }

        /// <summary>True until it has left the activation whose state is stale: callers of that grain keep theirs.</summary>
        internal bool IsSourceActivation { get; set; } = true;
    }

    /// <summary>A named storage is missing or set up wrongly.</summary>
    public sealed class BadProviderConfigException : OrleansException
    {
        public BadProviderConfigException()
        {
        }

        public BadProviderConfigException(string msg)
            : base(msg)
        {
        }

        public BadProviderConfigException(string msg, Exception? exc)
            : base(msg, exc)
        {
        }
    }
}

namespace Orleans.Serialization
{
    /// <summary>Bytes or a value that the codec refuses. Malformed input throws this and nothing else.</summary>
    public class SerializerException : Exception
    {
        public SerializerException(string message)
            : base(message)
        {
        }

        public SerializerException(string message, Exception? innerException)
            : base(message, innerException)
        {
        }
    }

    /// <summary>A type that may not cross a grain call.</summary>
    public class CodecNotFoundException(string message) : SerializerException(message);
}
