// SPDX-License-Identifier: Apache-2.0
//
// Tradepost's procedures in Dynamics 365 Business Central, called over OData:
// a receipt, an invoice or a credit memo is posted once for each document key,
// whatever is asked again.
// README.md beside this file says how to install it.

table 50100 "Tradepost Posting"
{
    Caption = 'Tradepost Posting';
    DataClassification = CustomerContent;

    fields
    {
        field(1; "Document Key"; Guid)
        {
            Caption = 'Document Key';
        }
        field(2; "Order No."; Code[20])
        {
            Caption = 'Order No.';
        }
        field(3; "Receipt No."; Code[20])
        {
            Caption = 'Receipt No.';
            TableRelation = "Purch. Rcpt. Header";
        }
        field(4; "Shipment No."; Code[35])
        {
            Caption = 'Shipment No.';
        }
        field(5; "Posted At"; DateTime)
        {
            Caption = 'Posted At';
        }
        // Of an invoice or credit memo: its draft, and what became of it.
        field(6; "Draft No."; Code[20])
        {
            Caption = 'Draft No.';
        }
        field(7; "Bill No."; Code[20])
        {
            Caption = 'Bill No.';
        }
        field(8; "Bill Total"; Decimal)
        {
            Caption = 'Bill Total';
            AutoFormatType = 1;
        }
        // Of an invoice posted on its order.
        field(9; "Invoice No."; Code[20])
        {
            Caption = 'Invoice No.';
            TableRelation = "Purch. Inv. Header";
        }
    }

    keys
    {
        // The primary key is the promise: two sessions that post the same key
        // at the same time cannot both commit.
        key(PK; "Document Key")
        {
            Clustered = true;
        }
        key(ByOrder; "Order No.", "Receipt No.")
        {
        }
    }
}

tableextension 50100 "Tradepost Purchase Header" extends "Purchase Header"
{
    fields
    {
        field(50100; "EDI Status"; Text[30])
        {
            Caption = 'EDI Status';
            DataClassification = CustomerContent;
            Editable = false;
        }
        field(50101; "EDI Note"; Text[250])
        {
            Caption = 'EDI Note';
            DataClassification = CustomerContent;
            Editable = false;
        }
    }
}

tableextension 50101 "Tradepost Sales Invoice Header" extends "Sales Invoice Header"
{
    fields
    {
        field(50100; "EDI Status"; Text[30])
        {
            Caption = 'EDI Status';
            DataClassification = CustomerContent;
            Editable = false;
        }
        field(50101; "EDI Note"; Text[250])
        {
            Caption = 'EDI Note';
            DataClassification = CustomerContent;
            Editable = false;
        }
    }
}

pageextension 50100 "Tradepost Purchase Order" extends "Purchase Order"
{
    layout
    {
        addlast(General)
        {
            field("EDI Status"; Rec."EDI Status")
            {
                ApplicationArea = All;
                ToolTip = 'Specifies what became of the order at the vendor, as Tradepost knows it.';
            }
            field("EDI Note"; Rec."EDI Note")
            {
                ApplicationArea = All;
                ToolTip = 'Specifies a remark on the EDI status.';
            }
        }
    }
}

pageextension 50101 "Tradepost Posted Sales Invoice" extends "Posted Sales Invoice"
{
    layout
    {
        addlast(General)
        {
            field("EDI Status"; Rec."EDI Status")
            {
                ApplicationArea = All;
                ToolTip = 'Specifies what became of the invoice at the customer, as Tradepost knows it.';
            }
            field("EDI Note"; Rec."EDI Note")
            {
                ApplicationArea = All;
                ToolTip = 'Specifies a remark on the EDI status.';
            }
        }
    }
}

codeunit 50100 "Tradepost Posting"
{
    Permissions = tabledata "Tradepost Posting" = RIM,
                  tabledata "Purchase Header" = RM,
                  tabledata "Purchase Line" = RIM,
                  tabledata "Purch. Inv. Header" = R,
                  tabledata "Purch. Rcpt. Header" = R,
                  tabledata "Purch. Cr. Memo Hdr." = R,
                  tabledata "Sales Invoice Header" = RM,
                  tabledata "Item Journal Line" = RMD;

    var
        NotReleasedErr: Label 'Order %1 is not released.', Comment = '%1 = order number';
        NoOrderErr: Label 'Order %1 does not exist.', Comment = '%1 = order number';
        NoLineErr: Label 'Order %1 has no line %2.', Comment = '%1 = order number, %2 = line number';
        NotItemErr: Label 'Order %1 line %2 is not an item line.', Comment = '%1 = order number, %2 = line number';
        TooMuchErr: Label 'Order %1 line %2: %3 cannot be received, %4 is open.', Comment = '%1 = order number, %2 = line number, %3 = quantity, %4 = open quantity';
        TwiceErr: Label 'Line %1 is named twice.', Comment = '%1 = line number';
        NoKeyErr: Label 'A document key is needed.';
        NoLinesErr: Label 'No line was named.';
        BadLinesErr: Label 'The lines are not a JSON list of objects with line and quantity.';
        UnfinishedErr: Label 'A receipt of order %1 was begun with key %2 and left unfinished: something committed while it was being posted. Compare the order''s receipts, then mend or delete the entry in table Tradepost Posting.', Comment = '%1 = order number, %2 = document key';
        NothingPostedErr: Label 'Posting order %1 made no receipt.', Comment = '%1 = order number';
        NoBillErr: Label 'Purchase %1 %2 does not exist.', Comment = '%1 = invoice or credit memo, %2 = number';
        NoVendorNumberErr: Label 'Purchase %1 %2 has no number of the vendor''s: it is half made.', Comment = '%1 = invoice or credit memo, %2 = number';
        UnknownBillTypeErr: Label 'A document type is invoice or credit memo, not %1.', Comment = '%1 = what was asked for';
        UnfinishedBillErr: Label 'Posting draft %1 was begun with key %2 and left unfinished: something committed while it was being posted. Look for the posted document, then mend or delete the entry in table Tradepost Posting.', Comment = '%1 = draft number, %2 = document key';
        NoBillPostedErr: Label 'Posting draft %1 made no document.', Comment = '%1 = draft number';
        NoInvoiceErr: Label 'Posted sales invoice %1 does not exist.', Comment = '%1 = invoice number';
        NotReceivedErr: Label 'Order %1 line %2: %3 cannot be invoiced, %4 is received and not invoiced.', Comment = '%1 = order number, %2 = line number, %3 = quantity, %4 = quantity that can be invoiced';
        BadInvoiceLinesErr: Label 'The lines are not a JSON list of objects with line, quantity and directUnitCost, or account and amount.';
        BadTotalErr: Label 'The total %1 is no amount.', Comment = '%1 = what was given';
        // Tradepost knows this refusal by its first two words: not translated.
        TotalsErr: Label 'Totals differ: the invoice comes to %1 (tax %2), %3 was expected.', Comment = '%1 = total with tax, %2 = tax, %3 = expected total', Locked = true;
        UnfinishedInvoiceErr: Label 'An invoice of order %1 was begun with key %2 and left unfinished: something committed while it was being posted. Compare the order''s invoices, then mend or delete the entry in table Tradepost Posting.', Comment = '%1 = order number, %2 = document key';
        NoInvoicePostedErr: Label 'Posting order %1 made no invoice.', Comment = '%1 = order number';
        UnknownTypeErr: Label 'A document type is order or invoice, not %1.', Comment = '%1 = what was asked for';
        NoJournalErr: Label 'Journal %1 %2 has no entries of document %3.', Comment = '%1 = template, %2 = batch, %3 = document number';

    /// <summary>
    /// Receives goods on an order, once for each document key.
    /// </summary>
    /// <param name="documentKey">The key of the shipment's part of this order.</param>
    /// <param name="orderNumber">The purchase order.</param>
    /// <param name="shipmentNumber">The vendor's shipment number.</param>
    /// <param name="postingDate">The posting date of the receipt.</param>
    /// <param name="lines">JSON text: [{"line":10000,"quantity":"12.5"}], quantities in the order line's unit.</param>
    /// <returns>JSON text: {"number":"107031","existed":false}.</returns>
    procedure PostReceipt(documentKey: Guid; orderNumber: Code[20]; shipmentNumber: Text[35]; postingDate: Date; lines: Text): Text
    var
        Posting: Record "Tradepost Posting";
        PurchaseHeader: Record "Purchase Header";
    begin
        if IsNullGuid(documentKey) then
            Error(NoKeyErr);
        // The key comes first: a second call with it waits at the locked row
        // until this one has ended, and then finds its number or nothing.
        Posting.LockTable();
        if Posting.Get(documentKey) then begin
            if Posting."Receipt No." = '' then
                Error(UnfinishedErr, Posting."Order No.", documentKey);
            exit(AnswerText(Posting."Receipt No.", true));
        end;
        Posting.Init();
        Posting."Document Key" := documentKey;
        Posting."Order No." := orderNumber;
        Posting."Shipment No." := CopyStr(shipmentNumber, 1, MaxStrLen(Posting."Shipment No."));
        Posting.Insert();

        FindReleasedOrder(PurchaseHeader, orderNumber);
        ClearQuantities(PurchaseHeader);
        SetQuantities(PurchaseHeader, lines);
        Posting."Receipt No." := Receive(PurchaseHeader, shipmentNumber, postingDate);
        Posting."Posted At" := CurrentDateTime();
        Posting.Modify();
        exit(AnswerText(Posting."Receipt No.", false));
    end;

    /// <summary>
    /// Tells whether a key was posted, and changes nothing.
    /// </summary>
    /// <param name="documentKey">The key given to PostReceipt.</param>
    /// <returns>JSON text as of PostReceipt, or an empty text.</returns>
    procedure FindReceipt(documentKey: Guid): Text
    var
        Posting: Record "Tradepost Posting";
    begin
        // What another session is posting just now must not look like
        // nothing: the locked read waits for it.
        Posting.LockTable();
        if not Posting.Get(documentKey) then
            exit('');
        if Posting."Receipt No." = '' then
            Error(UnfinishedErr, Posting."Order No.", documentKey);
        exit(AnswerText(Posting."Receipt No.", true));
    end;

    /// <summary>
    /// Posts the draft of a purchase invoice or credit memo, once for each document key.
    /// </summary>
    /// <param name="documentKey">The key of the vendor's document.</param>
    /// <param name="documentType">invoice or credit memo: their drafts may have the same number.</param>
    /// <param name="number">The draft's number.</param>
    /// <returns>JSON text: {"number":"108201","existed":false,"total":"375.64"}.</returns>
    procedure PostInvoice(documentKey: Guid; documentType: Text; number: Code[20]): Text
    var
        Posting: Record "Tradepost Posting";
        PurchaseHeader: Record "Purchase Header";
    begin
        if IsNullGuid(documentKey) then
            Error(NoKeyErr);
        // As with receipts: a second call waits here until the first has ended.
        Posting.LockTable();
        if Posting.Get(documentKey) then
            exit(BillText(Posting, true));
        Posting.Init();
        Posting."Document Key" := documentKey;
        Posting."Draft No." := number;
        Posting.Insert();

        FindDraft(PurchaseHeader, documentType, number);
        PostDraft(PurchaseHeader, Posting);
        Posting."Posted At" := CurrentDateTime();
        Posting.Modify();
        exit(BillText(Posting, false));
    end;

    /// <summary>
    /// Tells whether a key was posted, and changes nothing.
    /// </summary>
    /// <param name="documentKey">The key given to PostInvoice.</param>
    /// <returns>JSON text as of PostInvoice, or an empty text.</returns>
    procedure FindInvoice(documentKey: Guid): Text
    var
        Posting: Record "Tradepost Posting";
    begin
        // Waits for a posting that is under way, as FindReceipt does.
        Posting.LockTable();
        if not Posting.Get(documentKey) then
            exit('');
        exit(BillText(Posting, true));
    end;

    /// <summary>
    /// Invoices what was received on an order, once for each document key.
    /// </summary>
    /// <param name="documentKey">The key of the vendor's invoice.</param>
    /// <param name="orderNumber">The purchase order.</param>
    /// <param name="vendorInvoiceNumber">The vendor's number of the invoice.</param>
    /// <param name="postingDate">The posting date.</param>
    /// <param name="documentDate">The date of the invoice.</param>
    /// <param name="lines">JSON text: [{"line":10000,"quantity":"12.5","directUnitCost":"9.8"},{"account":"61100","amount":"60","description":"Freight"}].</param>
    /// <param name="total">What the vendor asks for, tax included, as text.</param>
    /// <returns>JSON text: {"number":"108201","existed":false}.</returns>
    procedure PostOrderInvoice(documentKey: Guid; orderNumber: Code[20]; vendorInvoiceNumber: Code[35]; postingDate: Date; documentDate: Date; lines: Text; total: Text): Text
    var
        Posting: Record "Tradepost Posting";
        PurchaseHeader: Record "Purchase Header";
        Expected: Decimal;
    begin
        if IsNullGuid(documentKey) then
            Error(NoKeyErr);
        if not Evaluate(Expected, total, 9) then
            Error(BadTotalErr, total);
        Posting.LockTable();
        if Posting.Get(documentKey) then begin
            if Posting."Invoice No." = '' then
                Error(UnfinishedInvoiceErr, Posting."Order No.", documentKey);
            exit(AnswerText(Posting."Invoice No.", true));
        end;
        Posting.Init();
        Posting."Document Key" := documentKey;
        Posting."Order No." := orderNumber;
        Posting.Insert();

        FindReleasedOrder(PurchaseHeader, orderNumber);
        ClearQuantities(PurchaseHeader);
        ClearInvoiceQuantities(PurchaseHeader);
        PrepareInvoice(PurchaseHeader, vendorInvoiceNumber, postingDate, documentDate);
        PurchaseHeader.Receive := SetInvoiceLines(PurchaseHeader, lines);
        PurchaseHeader.Invoice := true;
        PurchaseHeader.Modify();
        CheckTotal(PurchaseHeader, Expected);
        Posting."Invoice No." := Invoice(PurchaseHeader, vendorInvoiceNumber);
        Posting."Posted At" := CurrentDateTime();
        Posting.Modify();
        exit(AnswerText(Posting."Invoice No.", false));
    end;

    /// <summary>
    /// Tells whether a key was invoiced, and changes nothing.
    /// </summary>
    /// <param name="documentKey">The key given to PostOrderInvoice.</param>
    /// <returns>JSON text as of PostOrderInvoice, or an empty text.</returns>
    procedure FindOrderInvoice(documentKey: Guid): Text
    var
        Posting: Record "Tradepost Posting";
    begin
        Posting.LockTable();
        if not Posting.Get(documentKey) then
            exit('');
        if Posting."Invoice No." = '' then
            Error(UnfinishedInvoiceErr, Posting."Order No.", documentKey);
        exit(AnswerText(Posting."Invoice No.", true));
    end;

    /// <summary>
    /// Shows on a document what became of it at the partner.
    /// </summary>
    /// <param name="documentType">order or invoice.</param>
    /// <param name="orderNumber">The number of the order or of the posted sales invoice.</param>
    /// <param name="state">sent, accepted, rejected and the like.</param>
    /// <param name="note">A remark, may be empty.</param>
    procedure SetStatus(documentType: Text; orderNumber: Code[20]; state: Text; note: Text)
    var
        PurchaseHeader: Record "Purchase Header";
        SalesInvoiceHeader: Record "Sales Invoice Header";
        PurchRcptHeader: Record "Purch. Rcpt. Header";
    begin
        case LowerCase(documentType) of
            'order':
                begin
                    if not PurchaseHeader.Get(PurchaseHeader."Document Type"::Order, orderNumber) then begin
                        // What was wholly received and invoiced is deleted:
                        // there is no order left to show it on.
                        PurchRcptHeader.SetRange("Order No.", orderNumber);
                        if not PurchRcptHeader.IsEmpty() then
                            exit;
                        Error(NoOrderErr, orderNumber);
                    end;
                    PurchaseHeader."EDI Status" := CopyStr(state, 1, MaxStrLen(PurchaseHeader."EDI Status"));
                    PurchaseHeader."EDI Note" := CopyStr(note, 1, MaxStrLen(PurchaseHeader."EDI Note"));
                    PurchaseHeader.Modify();
                end;
            'invoice':
                begin
                    if not SalesInvoiceHeader.Get(orderNumber) then
                        Error(NoInvoiceErr, orderNumber);
                    SalesInvoiceHeader."EDI Status" := CopyStr(state, 1, MaxStrLen(SalesInvoiceHeader."EDI Status"));
                    SalesInvoiceHeader."EDI Note" := CopyStr(note, 1, MaxStrLen(SalesInvoiceHeader."EDI Note"));
                    SalesInvoiceHeader.Modify();
                end;
            else
                Error(UnknownTypeErr, documentType);
        end;
    end;

    /// <summary>
    /// Posts the entries of one document in an item journal, and no others.
    /// </summary>
    /// <param name="templateName">The journal's template.</param>
    /// <param name="batchName">The journal's batch.</param>
    /// <param name="documentNumber">The document number of the entries.</param>
    /// <returns>The number of entries posted, as text.</returns>
    procedure PostItemJournal(templateName: Code[10]; batchName: Code[10]; documentNumber: Code[20]): Text
    var
        ItemJournalLine: Record "Item Journal Line";
        ItemJnlPostLine: Codeunit "Item Jnl.-Post Line";
        Posted: Integer;
    begin
        ItemJournalLine.LockTable();
        ItemJournalLine.SetRange("Journal Template Name", templateName);
        ItemJournalLine.SetRange("Journal Batch Name", batchName);
        ItemJournalLine.SetRange("Document No.", documentNumber);
        if not ItemJournalLine.FindSet() then
            Error(NoJournalErr, templateName, batchName, documentNumber);
        // Line by line, in one transaction: posting the batch would take
        // along what others have in it.
        repeat
            ItemJnlPostLine.RunWithCheck(ItemJournalLine);
            Posted += 1;
        until ItemJournalLine.Next() = 0;
        ItemJournalLine.DeleteAll(true);
        exit(Format(Posted, 0, 9));
    end;

    local procedure FindReleasedOrder(var PurchaseHeader: Record "Purchase Header"; OrderNumber: Code[20])
    begin
        PurchaseHeader.LockTable();
        if not PurchaseHeader.Get(PurchaseHeader."Document Type"::Order, OrderNumber) then
            Error(NoOrderErr, OrderNumber);
        if PurchaseHeader.Status <> PurchaseHeader.Status::Released then
            Error(NotReleasedErr, OrderNumber);
    end;

    local procedure FindDraft(var PurchaseHeader: Record "Purchase Header"; DocumentType: Text; Number: Code[20])
    var
        HeaderType: Enum "Purchase Document Type";
        VendorNumber: Code[35];
    begin
        case LowerCase(DocumentType) of
            'invoice':
                HeaderType := HeaderType::Invoice;
            'credit memo':
                HeaderType := HeaderType::"Credit Memo";
            else
                Error(UnknownBillTypeErr, DocumentType);
        end;
        PurchaseHeader.LockTable();
        if not PurchaseHeader.Get(HeaderType, Number) then
            Error(NoBillErr, LowerCase(DocumentType), Number);
        VendorNumber := PurchaseHeader."Vendor Invoice No.";
        if HeaderType = HeaderType::"Credit Memo" then
            VendorNumber := PurchaseHeader."Vendor Cr. Memo No.";
        if VendorNumber = '' then
            Error(NoVendorNumberErr, LowerCase(DocumentType), Number);
    end;

    // With commits suppressed, as in Receive. The draft is gone when it is
    // posted, so the posted document is found by the vendor's number, of which
    // NAV posts one.
    local procedure PostDraft(var PurchaseHeader: Record "Purchase Header"; var Posting: Record "Tradepost Posting")
    var
        PurchInvHeader: Record "Purch. Inv. Header";
        PurchCrMemoHdr: Record "Purch. Cr. Memo Hdr.";
        PurchPost: Codeunit "Purch.-Post";
        IsInvoice: Boolean;
    begin
        IsInvoice := PurchaseHeader."Document Type" = PurchaseHeader."Document Type"::Invoice;
        PurchInvHeader.SetRange("Pay-to Vendor No.", PurchaseHeader."Pay-to Vendor No.");
        PurchInvHeader.SetRange("Vendor Invoice No.", PurchaseHeader."Vendor Invoice No.");
        PurchCrMemoHdr.SetRange("Pay-to Vendor No.", PurchaseHeader."Pay-to Vendor No.");
        PurchCrMemoHdr.SetRange("Vendor Cr. Memo No.", PurchaseHeader."Vendor Cr. Memo No.");
        PurchaseHeader.SetHideValidationDialog(true);
        PurchPost.SetSuppressCommit(true);
        PurchPost.Run(PurchaseHeader);

        if IsInvoice then begin
            if not PurchInvHeader.FindLast() then
                Error(NoBillPostedErr, Posting."Draft No.");
            PurchInvHeader.CalcFields("Amount Including VAT");
            Posting."Bill No." := PurchInvHeader."No.";
            Posting."Bill Total" := PurchInvHeader."Amount Including VAT";
        end else begin
            if not PurchCrMemoHdr.FindLast() then
                Error(NoBillPostedErr, Posting."Draft No.");
            PurchCrMemoHdr.CalcFields("Amount Including VAT");
            Posting."Bill No." := PurchCrMemoHdr."No.";
            Posting."Bill Total" := PurchCrMemoHdr."Amount Including VAT";
        end;
    end;

    local procedure BillText(Posting: Record "Tradepost Posting"; Existed: Boolean): Text
    var
        Answer: JsonObject;
        AnswerLine: Text;
    begin
        if Posting."Bill No." = '' then
            Error(UnfinishedBillErr, Posting."Draft No.", Posting."Document Key");
        Answer.Add('number', Posting."Bill No.");
        Answer.Add('existed', Existed);
        Answer.Add('total', Format(Posting."Bill Total", 0, 9));
        Answer.WriteTo(AnswerLine);
        exit(AnswerLine);
    end;

    // With commits suppressed the receipt becomes durable together with its
    // key, at the end of the call, or not at all.
    local procedure Receive(var PurchaseHeader: Record "Purchase Header"; ShipmentNumber: Text; PostingDate: Date): Code[20]
    var
        PurchPost: Codeunit "Purch.-Post";
        OrderNumber: Code[20];
    begin
        OrderNumber := PurchaseHeader."No.";
        // No client interface may ask a question: nobody is there to answer.
        PurchaseHeader.SetHideValidationDialog(true);
        PurchaseHeader.Validate("Posting Date", PostingDate);
        PurchaseHeader."Vendor Shipment No." := CopyStr(ShipmentNumber, 1, MaxStrLen(PurchaseHeader."Vendor Shipment No."));
        PurchaseHeader.Receive := true;
        PurchaseHeader.Invoice := false;
        PurchaseHeader.Modify();

        PurchPost.SetSuppressCommit(true);
        PurchPost.Run(PurchaseHeader);

        // Posting leaves the receipt's number on the order.
        PurchaseHeader.Get(PurchaseHeader."Document Type"::Order, OrderNumber);
        if PurchaseHeader."Last Receiving No." = '' then
            Error(NothingPostedErr, OrderNumber);
        exit(PurchaseHeader."Last Receiving No.");
    end;

    // NAV proposes to receive everything that is open; what the shipment does
    // not name has to stay open.
    local procedure ClearQuantities(PurchaseHeader: Record "Purchase Header")
    var
        PurchaseLine: Record "Purchase Line";
    begin
        PurchaseLine.LockTable();
        PurchaseLine.SetRange("Document Type", PurchaseHeader."Document Type");
        PurchaseLine.SetRange("Document No.", PurchaseHeader."No.");
        PurchaseLine.SetFilter("Qty. to Receive", '<>0');
        if PurchaseLine.FindSet(true) then
            repeat
                PurchaseLine.Validate("Qty. to Receive", 0);
                PurchaseLine.Modify(true);
            until PurchaseLine.Next() = 0;
    end;

    local procedure SetQuantities(PurchaseHeader: Record "Purchase Header"; Lines: Text)
    var
        LineList: JsonArray;
        Entry: JsonToken;
        Named: List of [Integer];
        LineNo: Integer;
        Quantity: Decimal;
    begin
        if not LineList.ReadFrom(Lines) then
            Error(BadLinesErr);
        if LineList.Count() = 0 then
            Error(NoLinesErr);
        foreach Entry in LineList do begin
            ReadEntry(Entry, LineNo, Quantity);
            if Named.Contains(LineNo) then
                Error(TwiceErr, LineNo);
            Named.Add(LineNo);
            SetQuantity(PurchaseHeader, LineNo, Quantity);
        end;
    end;

    // Format 9 is the invariant one: a point in decimals, whatever the
    // session's language.
    local procedure ReadEntry(Entry: JsonToken; var LineNo: Integer; var Quantity: Decimal)
    var
        Values: JsonObject;
        Part: JsonToken;
    begin
        if not Entry.IsObject() then
            Error(BadLinesErr);
        Values := Entry.AsObject();
        if not Values.Get('line', Part) then
            Error(BadLinesErr);
        if not Evaluate(LineNo, Part.AsValue().AsText(), 9) then
            Error(BadLinesErr);
        if not Values.Get('quantity', Part) then
            Error(BadLinesErr);
        if not Evaluate(Quantity, Part.AsValue().AsText(), 9) then
            Error(BadLinesErr);
    end;

    local procedure SetQuantity(PurchaseHeader: Record "Purchase Header"; LineNo: Integer; Quantity: Decimal)
    var
        PurchaseLine: Record "Purchase Line";
    begin
        if not PurchaseLine.Get(PurchaseHeader."Document Type", PurchaseHeader."No.", LineNo) then
            Error(NoLineErr, PurchaseHeader."No.", LineNo);
        if PurchaseLine.Type <> PurchaseLine.Type::Item then
            Error(NotItemErr, PurchaseHeader."No.", LineNo);
        if (Quantity <= 0) or (Quantity > PurchaseLine."Outstanding Quantity") then
            Error(TooMuchErr, PurchaseHeader."No.", LineNo, Quantity, PurchaseLine."Outstanding Quantity");
        PurchaseLine.Validate("Qty. to Receive", Quantity);
        PurchaseLine.Modify(true);
    end;

    local procedure ClearInvoiceQuantities(PurchaseHeader: Record "Purchase Header")
    var
        PurchaseLine: Record "Purchase Line";
    begin
        PurchaseLine.SetRange("Document Type", PurchaseHeader."Document Type");
        PurchaseLine.SetRange("Document No.", PurchaseHeader."No.");
        PurchaseLine.SetFilter("Qty. to Invoice", '<>0');
        if PurchaseLine.FindSet(true) then
            repeat
                PurchaseLine.Validate("Qty. to Invoice", 0);
                PurchaseLine.Modify(true);
            until PurchaseLine.Next() = 0;
    end;

    local procedure PrepareInvoice(var PurchaseHeader: Record "Purchase Header"; VendorInvoiceNumber: Code[35]; PostingDate: Date; DocumentDate: Date)
    begin
        PurchaseHeader.SetHideValidationDialog(true);
        PurchaseHeader.Validate("Posting Date", PostingDate);
        PurchaseHeader.Validate("Document Date", DocumentDate);
        PurchaseHeader.Validate("Vendor Invoice No.", VendorInvoiceNumber);
        PurchaseHeader.Modify();
    end;

    // True when the lines have a charge: its line is received with the
    // invoice, since nothing is invoiced that was not received.
    local procedure SetInvoiceLines(PurchaseHeader: Record "Purchase Header"; Lines: Text): Boolean
    var
        LineList: JsonArray;
        Entry: JsonToken;
        Named: List of [Integer];
        LineNo: Integer;
        Quantity: Decimal;
        Price: Decimal;
        HasCharge: Boolean;
    begin
        if not LineList.ReadFrom(Lines) then
            Error(BadInvoiceLinesErr);
        if LineList.Count() = 0 then
            Error(NoLinesErr);
        foreach Entry in LineList do
            if Entry.AsObject().Contains('account') then begin
                AddCharge(PurchaseHeader, ReadText(Entry, 'account'), ReadDecimal(Entry, 'amount'), ReadText(Entry, 'description'));
                HasCharge := true;
            end else begin
                if not Evaluate(LineNo, ReadText(Entry, 'line'), 9) then
                    Error(BadInvoiceLinesErr);
                Quantity := ReadDecimal(Entry, 'quantity');
                Price := ReadDecimal(Entry, 'directUnitCost');
                if Named.Contains(LineNo) then
                    Error(TwiceErr, LineNo);
                Named.Add(LineNo);
                SetInvoiceQuantity(PurchaseHeader, LineNo, Quantity, Price);
            end;
        exit(HasCharge);
    end;

    local procedure ReadText(Entry: JsonToken; Name: Text): Text
    var
        Part: JsonToken;
    begin
        if not Entry.AsObject().Get(Name, Part) then
            Error(BadInvoiceLinesErr);
        exit(Part.AsValue().AsText());
    end;

    local procedure ReadDecimal(Entry: JsonToken; Name: Text): Decimal
    var
        Value: Decimal;
    begin
        if not Evaluate(Value, ReadText(Entry, Name), 9) then
            Error(BadInvoiceLinesErr);
        exit(Value);
    end;

    local procedure SetInvoiceQuantity(PurchaseHeader: Record "Purchase Header"; LineNo: Integer; Quantity: Decimal; Price: Decimal)
    var
        PurchaseLine: Record "Purchase Line";
        Open: Decimal;
    begin
        if not PurchaseLine.Get(PurchaseHeader."Document Type", PurchaseHeader."No.", LineNo) then
            Error(NoLineErr, PurchaseHeader."No.", LineNo);
        Open := PurchaseLine."Quantity Received" - PurchaseLine."Quantity Invoiced";
        if (Quantity <= 0) or (Quantity > Open) then
            Error(NotReceivedErr, PurchaseHeader."No.", LineNo, Quantity, Open);
        // The order stays released: only what is invoiced now is set.
        PurchaseLine.SuspendStatusCheck(true);
        if PurchaseLine."Direct Unit Cost" <> Price then
            PurchaseLine.Validate("Direct Unit Cost", Price);
        PurchaseLine.Validate("Qty. to Invoice", Quantity);
        PurchaseLine.Modify(true);
    end;

    // An allowance is one negative piece: NAV wants prices positive.
    local procedure AddCharge(PurchaseHeader: Record "Purchase Header"; Account: Text; Amount: Decimal; Description: Text)
    var
        PurchaseLine: Record "Purchase Line";
        LineNo: Integer;
        Pieces: Decimal;
    begin
        PurchaseLine.SetRange("Document Type", PurchaseHeader."Document Type");
        PurchaseLine.SetRange("Document No.", PurchaseHeader."No.");
        if PurchaseLine.FindLast() then
            LineNo := PurchaseLine."Line No.";
        Pieces := 1;
        if Amount < 0 then
            Pieces := -1;
        PurchaseLine.Init();
        PurchaseLine.SuspendStatusCheck(true);
        PurchaseLine."Document Type" := PurchaseHeader."Document Type";
        PurchaseLine."Document No." := PurchaseHeader."No.";
        PurchaseLine."Line No." := LineNo + 10000;
        PurchaseLine.Insert(true);
        PurchaseLine.Validate(Type, PurchaseLine.Type::"G/L Account");
        PurchaseLine.Validate("No.", CopyStr(Account, 1, MaxStrLen(PurchaseLine."No.")));
        if Description <> '' then
            PurchaseLine.Description := CopyStr(Description, 1, MaxStrLen(PurchaseLine.Description));
        PurchaseLine.Validate(Quantity, Pieces);
        PurchaseLine.Validate("Direct Unit Cost", Abs(Amount));
        PurchaseLine.Validate("Qty. to Receive", Pieces);
        PurchaseLine.Validate("Qty. to Invoice", Pieces);
        PurchaseLine.Modify(true);
    end;

    // As the order's statistics page adds up what is to be invoiced. An error
    // undoes all that was set before it.
    local procedure CheckTotal(PurchaseHeader: Record "Purchase Header"; Expected: Decimal)
    var
        TempPurchaseLine: Record "Purchase Line" temporary;
        TotalLine: Record "Purchase Line";
        TotalLineLCY: Record "Purchase Line";
        PurchPost: Codeunit "Purch.-Post";
        TaxText: Text[30];
        Tax: Decimal;
    begin
        // 1: of what is to be invoiced, not of the whole order.
        PurchPost.GetPurchLines(PurchaseHeader, TempPurchaseLine, 1);
        Clear(PurchPost);
        PurchPost.SumPurchLinesTemp(PurchaseHeader, TempPurchaseLine, 1, TotalLine, TotalLineLCY, Tax, TaxText);
        if Abs(TotalLine."Amount Including VAT" - Expected) > 0.01 then
            Error(TotalsErr, Format(TotalLine."Amount Including VAT", 0, 9), Format(Tax, 0, 9), Format(Expected, 0, 9));
    end;

    // As Receive: durable together with its key, or not at all. An order that
    // is done is deleted by posting, so its invoice is looked for.
    local procedure Invoice(var PurchaseHeader: Record "Purchase Header"; VendorInvoiceNumber: Code[35]): Code[20]
    var
        PurchInvHeader: Record "Purch. Inv. Header";
        PurchPost: Codeunit "Purch.-Post";
        OrderNumber: Code[20];
        VendorNumber: Code[20];
    begin
        OrderNumber := PurchaseHeader."No.";
        VendorNumber := PurchaseHeader."Pay-to Vendor No.";
        PurchPost.SetSuppressCommit(true);
        PurchPost.Run(PurchaseHeader);

        PurchInvHeader.SetRange("Order No.", OrderNumber);
        PurchInvHeader.SetRange("Pay-to Vendor No.", VendorNumber);
        PurchInvHeader.SetRange("Vendor Invoice No.", VendorInvoiceNumber);
        if not PurchInvHeader.FindLast() then
            Error(NoInvoicePostedErr, OrderNumber);
        exit(PurchInvHeader."No.");
    end;

    local procedure AnswerText(Number: Code[20]; Existed: Boolean): Text
    var
        Answer: JsonObject;
        AnswerLine: Text;
    begin
        Answer.Add('number', Number);
        Answer.Add('existed', Existed);
        Answer.WriteTo(AnswerLine);
        exit(AnswerLine);
    end;
}

permissionset 50100 "Tradepost"
{
    Assignable = true;
    Caption = 'Tradepost';
    Permissions = table "Tradepost Posting" = X,
                  tabledata "Tradepost Posting" = RIM,
                  codeunit "Tradepost Posting" = X;
}
