namespace MetaGrains.Engine.Network;

/// <summary>What both ends of a connection must agree about.</summary>
internal sealed record LinkOptions(string Cluster, ClusterSecret Secret, int MaxLength);
