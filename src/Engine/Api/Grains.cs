namespace Orleans.Runtime
{
    /// <summary>What has a grain id: grains and references.</summary>
    public interface IAddressable;

    /// <summary>What the engine gives to one activation.</summary>
    public interface IGrainContext
    {
        GrainReference GrainReference { get; }

        GrainId GrainId { get; }

        object? GrainInstance { get; }

        IServiceProvider ActivationServices { get; }

        /// <summary>Completes when the activation is gone.</summary>
        Task Deactivated { get; }

        /// <summary>Ends the activation once its running calls are done; waiting calls go to the next one.</summary>
        void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
    }
}

namespace Orleans
{
    public interface IGrain : IAddressable;

    public interface IGrainWithStringKey : IGrain;

    /// <summary>Only the management grain has such a key here.</summary>
    public interface IGrainWithIntegerKey : IGrain;

    /// <summary>A grain class without base class: it takes <see cref="IGrainContext"/> in its constructor.</summary>
    public interface IGrainBase
    {
        IGrainContext GrainContext { get; }

        Task OnActivateAsync(CancellationToken token) => Task.CompletedTask;

        Task OnDeactivateAsync(DeactivationReason reason, CancellationToken token) => Task.CompletedTask;
    }

    /// <summary>The base class of grains.</summary>
    public abstract class Grain : IGrainBase, IAddressable
    {
        /// <summary>Outside of a silo, in a unit test, the grain has no context.</summary>
        protected Grain() => GrainContext = MetaGrains.Engine.Runtime.Activation.Current!;

        public IGrainContext GrainContext { get; }

        public GrainReference GrainReference => GrainContext.GrainReference;

        public string IdentityString => GrainContext.GrainId.ToString();

        protected IGrainFactory GrainFactory => (IGrainFactory)ServiceProvider.GetService(typeof(IGrainFactory))!;

        protected internal IServiceProvider ServiceProvider => GrainContext.ActivationServices;

        public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;

        protected void DeactivateOnIdle() => GrainBaseExtensions.DeactivateOnIdle(this);

        /// <summary>Keeps idle collection away for so long; a negative span takes that back.</summary>
        protected void DelayDeactivation(TimeSpan timeSpan) => ((MetaGrains.Engine.Runtime.Activation)GrainContext).DelayDeactivation(timeSpan);
    }

    public static class GrainExtensions
    {
        public static GrainId GetGrainId(this IAddressable grain) => grain switch
        {
            GrainReference reference => reference.GrainId,
            IGrainBase activation => activation.GrainContext.GrainId,
            null => throw new ArgumentNullException(nameof(grain)),
            _ => throw new ArgumentException($"{grain.GetType()} is neither a grain nor a reference to one.", nameof(grain)),
        };

        public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key.ToString();

        public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain) => (TGrainInterface)grain.AsReference(typeof(TGrainInterface));

        public static TGrainInterface Cast<TGrainInterface>(this IAddressable grain) => grain.AsReference<TGrainInterface>();

        public static object AsReference(this IAddressable grain, Type interfaceType)
        {
            if (interfaceType.IsInstanceOfType(grain) && grain is GrainReference)
                return grain;
            var reference = grain switch
            {
                GrainReference known => known,
                IGrainBase activation => activation.GrainContext.GrainReference,
                _ => throw new ArgumentException($"{grain?.GetType()} is neither a grain nor a reference to one.", nameof(grain)),
            };
            return reference.Caller.Reference(interfaceType, reference.GrainId);
        }
    }

    /// <summary>Makes references to grains. A reference costs nothing until it is called.</summary>
    public interface IGrainFactory
    {
        TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithStringKey;

        TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithIntegerKey;

        TGrainInterface GetGrain<TGrainInterface>(GrainId grainId) where TGrainInterface : IAddressable;

        IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey);
    }

    /// <summary>The way into the cluster for code that is no grain, in a silo's process or outside.</summary>
    public interface IClusterClient : IGrainFactory
    {
        IServiceProvider ServiceProvider { get; }
    }

    /// <summary>Why an activation ends.</summary>
    public readonly struct DeactivationReason(DeactivationReasonCode code, Exception? exception, string text)
    {
        public DeactivationReason(DeactivationReasonCode code, string text)
            : this(code, null, text)
        {
        }

        public DeactivationReasonCode ReasonCode { get; } = code;

        public string Description { get; } = text;

        public Exception? Exception { get; } = exception;

        public override string ToString() => Exception is null ? $"{ReasonCode}: {Description}" : $"{ReasonCode}: {Description} Exception: {Exception}";
    }

    public enum DeactivationReasonCode : byte
    {
        None = 0,
        ShuttingDown = 1,
        ActivationFailed = 2,
        DirectoryFailure = 3,
        ActivationIdle = 4,
        ActivationUnresponsive = 5,
        DuplicateActivation = 6,
        IncompatibleRequest = 7,
        ApplicationError = 8,
        ApplicationRequested = 9,
        Migrating = 10,
        RuntimeRequested = 11,
        HighMemoryPressure = 12,
    }
}
