namespace UwsgiIt.Api.Authentication;

/// <summary>Groups of callers, each with its own way to log in.</summary>
internal enum Surface
{
    /// <summary>No login looked at.</summary>
    Public,

    /// <summary>A login is used when there is one.</summary>
    Optional,

    /// <summary>Customers, and operators for everybody.</summary>
    Customer,

    /// <summary>Operators.</summary>
    Operator,

    /// <summary>Hosts by client certificate.</summary>
    Host,

    /// <summary>A host whose certificate may have expired: renewal only.</summary>
    ExpiredHost,

    /// <summary>Trusted machines by client certificate.</summary>
    Privileged,

    /// <summary>Customers, or the key of one container.</summary>
    AlarmKey,
}
