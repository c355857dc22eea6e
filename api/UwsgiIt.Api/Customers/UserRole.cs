namespace UwsgiIt.Api.Customers;

/// <summary>What a user may do. Stored by number: only append.</summary>
internal enum UserRole
{
    /// <summary>Everything of the customer, users and tokens included.</summary>
    Owner = 0,

    /// <summary>Everything of the customer but users, tokens and the account.</summary>
    Member = 1,

    /// <summary>Reads everything of the customer but secrets.</summary>
    Reader = 2,

    /// <summary>Everything of everybody.</summary>
    Operator = 3,
}
