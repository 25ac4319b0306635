"""Who may ask what: the expected answer of every address, by role. `test_matrix.py` holds the product to it.

One row an address, one column a role (`world.ROLES` says who each is). A cell is the answer to a GET, then to an empty
POST where the address takes one:

    o  shown or done              3  forbidden                      9  the wrong moment
    r  sent on to another page    4  it does not exist, for you     2  what was typed is refused, in place
    L  sent to the sign-in page   5  not by this method             1  no key
                                                                    0  not understood

The file of OWN went all the way to its letter, so that an act of its past is the wrong moment (9) for whoever might do
it, and forbidden (3) or nothing at all (4) to everybody else.
"""

# On the objects of the cluster whose roles these are.
OWN = """
                                     ano mem sig out off scr rev una con cha end app fin ana cnc ali aud adm abr
health-live                          o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
health-ready                         o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
home                                 o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
brand                                o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
session-stay                         51  5o  5o  5o  5o  5o  5o  5o  5o  5o  5o  5o  5o  5o  5o  5o  5o  5o  5o
search                               L   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
file-detail                          L   4   4   4   o   o   4   4   4   o   o   o   o   4   4   4   o   4   4
trail-file                           L   4   4   4   3   3   4   4   4   3   3   3   3   4   4   4   o   4   4
trail-file-csv                       L   4   4   4   3   3   4   4   4   3   3   3   3   4   4   4   o   4   4
trail-list                           L   3   3   3   3   3   3   3   3   3   3   3   3   3   3   3   o   3   3
job-list                             L   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
job-detail                           L   4   4   4   o   4   4   4   4   4   4   4   4   4   4   4   4   o   4
job-progress                         L   4   4   4   o   4   4   4   4   4   4   4   4   4   4   4   4   o   4
job-act                              LL  r4  r4  r4  rr  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  rr  r4
accessibility                        o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
privacy                              o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
components                           o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
profile                              LL  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo
service                              L   3   3   3   3   3   3   3   3   3   3   3   3   3   3   3   3   o   3
service-retry                        LL  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r4  r3
service-set-aside                    LL  33  33  33  33  33  33  33  33  33  33  33  33  33  33  33  33  oo  33
people                               LL  33  33  33  33  33  33  33  33  33  33  33  33  33  33  33  33  oo  33
people-invite                        LL  33  33  33  33  33  33  33  33  33  33  33  33  33  33  33  33  oo  33
people-invitation-cancel             LL  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r9  r3
person                               L   3   3   3   3   3   3   3   3   3   3   3   3   3   3   3   3   o   3
person-give                          LL  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  ro  r3
person-end                           LL  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r3  r9  r3
account_login                        oo  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr
account_logout                       rr  or  or  or  or  or  or  or  or  or  or  or  or  or  or  or  or  or  or
account_signup                       oo  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr
account_inactive                     o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
account_email_verification_sent      o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
account_confirm_email                o4  o4  o4  o4  o4  o4  o4  o4  o4  o4  o4  o4  o4  o4  o4  o4  o4  o4  o4
account_reauthenticate               LL  33  33  33  33  33  33  33  33  33  33  33  33  33  33  33  33  33  33
account_change_password              LL  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr  rr
account_set_password                 LL  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo
account_reset_password               oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo
account_reset_password_done          o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
account_reset_password_from_key_done o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
account_reset_password_from_key      oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo
organisation-list                    L   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
organisation-register                LL  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo
organisation                         L   o   o   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4
organisation-edit                    LL  33  oo  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44
organisation-invite                  LL  33  oo  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44
organisation-member                  LL  oo  oo  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44
organisation-invitation-cancel       LL  r3  r9  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4
invitation                           44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44
catalogue                            o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
program                              o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
call-feed                            o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
call                                 o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
call-eligibility                     o2  o2  o2  o2  o2  o2  o2  o2  o2  o2  o2  o2  o2  o2  o2  o2  o2  o2  o2
application-start                    LL  o2  o2  o2  o2  o2  o2  o2  o2  o2  o2  o2  o2  o2  o2  o2  o2  o2  o2
application-list                     L   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
application-detail                   L   o   o   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4
application-tasks                    L   o   o   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4
application-eligibility              LL  o2  o2  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44
application-answer                   LL  r2  r2  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4
application-section                  LL  or  or  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44
application-document                 L   o   o   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4
application-delete                   LL  33  or  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44
application-sponsor                  LL  oo  oo  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44
application-sponsor-cancel           LL  rr  rr  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4
sponsor                              44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44
application-check                    L   o   o   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4
application-submit                   LL  oo  oo  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44
application-submitted                L   o   o   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4
application-answers                  L   o   o   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4
application-receipt                  L   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4
application-take-back                LL  33  99  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44
application-withdraw                 LL  33  99  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44
application-changes                  LL  r9  r9  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44
file-list                            L   3   3   3   o   o   3   3   3   o   o   o   o   3   3   3   o   3   o
file-list-csv                        LL  33  33  33  oo  oo  33  33  33  oo  oo  oo  oo  33  33  33  oo  33  oo
file-list-result                     L   4   4   4   o   4   4   4   4   4   4   4   4   4   4   4   4   4   4
file-answers                         L   4   4   4   o   o   4   4   4   o   o   o   o   4   4   4   o   4   4
file-receipt-retry                   LL  r4  r4  r4  rr  r3  r4  r4  r4  r3  r3  r3  r3  r4  r4  r4  r3  r4  r4
file-document                        L   4   4   4   o   o   4   4   4   o   o   o   o   4   4   4   o   4   4
file-screening                       LL  44  44  44  o2  o2  44  44  44  o2  o2  o2  o2  44  44  44  o2  44  44
file-find-complete                   LL  44  44  44  33  o9  44  44  44  33  33  33  33  44  44  44  33  44  44
file-find-eligible                   LL  44  44  44  33  o9  44  44  44  33  33  33  33  44  44  44  33  44  44
file-find-ineligible                 LL  44  44  44  33  o9  44  44  44  33  33  33  33  44  44  44  33  44  44
file-changes                         L   4   4   4   o   o   4   4   4   o   o   o   o   4   4   4   o   4   4
file-changes-ask                     LL  44  44  44  o2  33  44  44  44  33  33  33  33  44  44  44  33  44  44
file-changes-extend                  LL  44  44  44  42  33  44  44  44  33  33  33  33  44  44  44  33  44  44
file-changes-cancel                  LL  44  44  44  42  33  44  44  44  33  33  33  33  44  44  44  33  44  44
program-list                         L   3   3   3   o   o   3   3   3   o   o   o   o   3   3   3   o   3   o
program-import                       LL  33  33  33  o2  33  33  33  33  33  33  33  33  33  33  33  33  33  o2
program-details                      L   4   4   4   o   o   4   4   4   o   o   o   o   4   4   4   o   4   4
program-form                         L   4   4   4   o   o   4   4   4   o   o   o   o   4   4   4   o   4   4
program-rubric                       L   4   4   4   o   o   4   4   4   o   o   o   o   4   4   4   o   4   4
program-rules                        L   4   4   4   o   o   4   4   4   o   o   o   o   4   4   4   o   4   4
program-letters                      L   4   4   4   o   o   4   4   4   o   o   o   o   4   4   4   o   4   4
program-people                       L   4   4   4   o   o   4   4   4   o   o   o   o   4   4   4   o   4   4
program-export                       L   4   4   4   o   o   4   4   4   o   o   o   o   4   4   4   o   4   4
call-manage                          L   4   4   4   o   o   4   4   4   o   o   o   o   4   4   4   o   4   4
call-publish                         LL  44  44  44  o9  33  44  44  44  33  33  33  33  44  44  44  33  44  44
call-extend                          LL  44  44  44  o2  33  44  44  44  33  33  33  33  44  44  44  33  44  44
call-accommodate                     LL  44  44  44  o2  33  44  44  44  33  33  33  33  44  44  44  33  44  44
call-cancel                          LL  44  44  44  o2  33  44  44  44  33  33  33  33  44  44  44  33  44  44
call-archive                         LL  44  44  44  o9  33  44  44  44  33  33  33  33  44  44  44  33  44  44
envelope-list                        L   3   3   3   o   3   3   3   3   o   o   o   o   3   3   3   o   3   o
envelope-statement                   L   4   4   4   o   4   4   4   4   o   o   o   o   4   4   4   o   4   4
envelope-csv                         L   4   4   4   o   4   4   4   4   o   o   o   o   4   4   4   o   4   4
review-interests                     LL  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo
review-interest-end                  LL  r4  r4  r4  r4  r4  rr  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4
review-queue                         L   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
review-past                          L   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
review-score                         LL  44  44  44  44  44  rr  44  44  44  44  44  44  44  44  44  44  44  44
review-save                          LL  r4  r4  r4  r4  r4  r2  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4
review-check                         LL  44  44  44  44  44  rr  44  44  44  44  44  44  44  44  44  44  44  44
review-read                          L   4   4   4   4   4   o   4   4   4   4   4   4   4   4   4   4   4   4
review-skip                          LL  r4  r4  r4  r4  r4  rr  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4  r4
review-decline                       LL  44  44  44  44  44  oo  44  44  44  44  44  44  44  44  44  44  44  44
review-declare-own                   LL  44  44  44  44  44  oo  44  44  44  44  44  44  44  44  44  44  44  44
review-document                      L   4   4   4   4   4   o   4   4   4   4   4   4   4   4   4   4   4   4
review-declare                       LL  44  44  44  oo  oo  rr  44  oo  oo  oo  oo  oo  oo  oo  44  oo  44  44
review-rule                          LL  44  44  44  33  33  44  44  44  o9  o3  33  33  44  44  44  33  44  44
review-file                          L   4   4   4   o   o   4   4   4   o   o   o   o   4   4   4   o   4   4
review-assign                        LL  r4  r4  r4  r2  r3  r4  r4  r4  r3  r3  r3  r3  r4  r4  r4  r3  r4  r4
review-start                         LL  r4  r4  r4  r9  r3  r4  r4  r4  r3  r3  r3  r3  r4  r4  r4  r3  r4  r4
review-close                         LL  r4  r4  r4  r9  r3  r4  r4  r4  r9  r3  r3  r3  r4  r4  r4  r3  r4  r4
review-reopen-file                   LL  44  44  44  33  33  44  44  44  99  33  33  33  44  44  44  33  44  44
review-assignment                    L   4   4   4   o   o   4   4   4   o   o   o   o   4   4   4   o   4   4
review-act                           LL  44  44  44  o9  33  44  44  44  33  33  33  33  44  44  44  33  44  44
review-recommend                     LL  44  44  44  33  33  44  44  44  r9  33  33  33  44  44  44  33  44  44
review-ranking                       L   4   4   4   o   o   4   4   4   o   o   o   o   4   4   4   o   4   4
decision-queue                       L   3   3   3   o   3   3   3   3   3   o   o   3   3   r   3   3   3   o
decision-file                        L   4   4   4   o   o   4   4   4   o   o   o   o   4   4   4   o   4   4
decision-endorse                     LL  44  44  44  33  33  44  44  44  33  99  33  33  44  44  44  33  44  44
decision-approve                     LL  44  44  44  33  33  44  44  44  33  33  99  33  44  44  44  33  44  44
decision-send-back                   LL  44  44  44  33  33  44  44  44  33  99  99  33  44  44  44  33  44  44
decision-late                        LL  44  44  44  33  33  44  44  44  44  44  33  33  44  44  44  33  44  44
decision-issue                       LL  44  44  44  rr  33  44  44  44  33  33  33  33  44  44  44  33  44  44
decision-reasons                     LL  44  44  44  o9  33  44  44  44  33  o9  33  33  44  44  44  33  44  44
decision-preview                     L   4   4   4   o   o   4   4   4   o   o   o   o   4   4   4   o   4   4
decision-preview-language            L   4   4   4   o   o   4   4   4   o   o   o   o   4   4   4   o   4   4
decision-letter-staff                L   4   4   4   o   o   4   4   4   o   o   o   o   4   4   4   o   4   4
decision-letter-retry                LL  r4  r4  r4  r9  r3  r4  r4  r4  r3  r3  r3  r3  r4  r4  r4  r3  r4  r4
decision-concurrences                L   3   3   3   3   3   3   3   3   3   3   3   3   3   o   3   3   3   3
decision-concurrence                 L   4   4   4   4   4   4   4   4   4   4   4   4   4   o   4   4   4   4
decision-concurrence-declare         LL  44  44  44  44  44  44  44  44  44  44  44  44  44  oo  44  44  44  44
decision-concurrence-give            LL  44  44  44  44  44  44  44  44  44  44  44  44  44  99  44  44  44  44
decision-concurrence-send-back       LL  44  44  44  44  44  44  44  44  44  44  44  44  44  99  44  44  44  44
decision-letter-of                   L   r   r   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4
decision-letter                      L   o   o   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4
decision-letter-pdf                  L   o   o   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4   4
decision-verify                      oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo
decision-verify-code                 oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo  oo
partner-home                         L   4   4   4   4   4   4   4   4   4   4   4   4   o   o   o   4   4   4
partner-awards                       L   4   4   4   4   4   4   4   4   4   4   4   4   o   o   o   4   4   4
partner-keys                         L   4   4   4   4   4   4   4   4   4   4   4   4   o   o   o   4   4   4
partner-key-create                   LL  44  44  44  44  44  44  44  44  44  44  44  44  oo  33  oo  44  44  44
partner-key-revoke                   LL  44  44  44  44  44  44  44  44  44  44  44  44  or  33  44  44  44  44
partner-calls                        L   4   4   4   4   4   4   4   4   4   4   4   4   o   o   o   4   4   4
api-home                             o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
api-openapi                          o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o   o
api-ledger-list                      1   1   1   1   1   1   1   1   1   1   1   1   1   o   o   4   1   1   1
api-agreement-list                   1   1   1   1   1   1   1   1   1   1   1   1   1   o   o   o   1   1   1
api-agreement-detail                 1   1   1   1   1   1   1   1   1   1   1   1   1   o   o   4   1   1   1
api-envelope-list                    1   1   1   1   1   1   1   1   1   1   1   1   1   o   o   o   1   1   1
api-envelope-detail                  1   1   1   1   1   1   1   1   1   1   1   1   1   o   o   4   1   1   1
api-program-list                     1   1   1   1   1   1   1   1   1   1   1   1   1   o   o   o   1   1   1
api-program-detail                   1   1   1   1   1   1   1   1   1   1   1   1   1   o   o   4   1   1   1
api-call-list                        1   1   1   1   1   1   1   1   1   1   1   1   1   o   o   o   1   1   1
api-call-detail                      1   1   1   1   1   1   1   1   1   1   1   1   1   o   o   4   1   1   1
api-application-list                 1   1   1   1   1   1   1   1   1   1   1   1   1   o   o   o   1   1   1
api-application-detail               1   1   1   1   1   1   1   1   1   1   1   1   1   o   o   4   1   1   1
api-decision-list                    1   1   1   1   1   1   1   1   1   1   1   1   1   o   o   o   1   1   1
api-decision-detail                  1   1   1   1   1   1   1   1   1   1   1   1   1   o   o   4   1   1   1
api-award-list                       1   1   1   1   1   1   1   1   1   1   1   1   1   o   o   o   1   1   1
api-award-detail                     1   1   1   1   1   1   1   1   1   1   1   1   1   o   o   4   1   1   1
api-unknown                          44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44  44
"""

# On the same kinds of objects of another cluster: for all of them it is a stranger's, but for its own officer (abr).
OTHER = """
                                     ano mem off rev cnc aud adm abr
file-detail                          L   4   4   4   4   4   4   o
trail-file                           L   4   4   4   4   4   4   3
trail-file-csv                       L   4   4   4   4   4   4   3
job-detail                           L   4   4   4   4   4   4   o
job-progress                         L   4   4   4   4   4   4   o
job-act                              LL  r4  r4  r4  r4  r4  r4  rr
file-list-result                     L   4   4   4   4   4   4   o
service-set-aside                    LL  33  33  33  33  33  44  33
people-invitation-cancel             LL  r3  r3  r3  r3  r3  r4  r3
person                               L   3   3   3   3   3   o   3
person-give                          LL  r3  r3  r3  r3  r3  ro  r3
person-end                           LL  r3  r3  r3  r3  r3  r9  r3
account_confirm_email                o4  o4  o4  o4  o4  o4  o4  o4
account_reset_password_from_key      oo  oo  oo  oo  oo  oo  oo  oo
organisation                         L   4   4   4   4   4   4   4
organisation-edit                    LL  44  44  44  44  44  44  44
organisation-invite                  LL  44  44  44  44  44  44  44
organisation-member                  LL  44  44  44  44  44  44  44
organisation-invitation-cancel       LL  r4  r4  r4  r4  r4  r4  r4
invitation                           44  44  44  44  44  44  44  44
program                              o   o   o   o   o   o   o   o
call                                 o   o   o   o   o   o   o   o
call-eligibility                     o2  o2  o2  o2  o2  o2  o2  o2
application-start                    LL  o2  o2  o2  o2  o2  o2  o2
application-detail                   L   4   4   4   4   4   4   4
application-tasks                    L   4   4   4   4   4   4   4
application-eligibility              LL  44  44  44  44  44  44  44
application-answer                   LL  r4  r4  r4  r4  r4  r4  r4
application-section                  LL  44  44  44  44  44  44  44
application-document                 L   4   4   4   4   4   4   4
application-delete                   LL  44  44  44  44  44  44  44
application-sponsor                  LL  44  44  44  44  44  44  44
application-sponsor-cancel           LL  r4  r4  r4  r4  r4  r4  r4
sponsor                              44  44  44  44  44  44  44  44
application-check                    L   4   4   4   4   4   4   4
application-submit                   LL  44  44  44  44  44  44  44
application-submitted                L   4   4   4   4   4   4   4
application-answers                  L   4   4   4   4   4   4   4
application-receipt                  L   4   4   4   4   4   4   4
application-take-back                LL  44  44  44  44  44  44  44
application-withdraw                 LL  44  44  44  44  44  44  44
application-changes                  LL  44  44  44  44  44  44  44
file-answers                         L   4   4   4   4   4   4   o
file-receipt-retry                   LL  r4  r4  r4  r4  r4  r4  rr
file-document                        L   4   4   4   4   4   4   o
file-screening                       LL  44  44  44  44  44  44  o2
file-find-complete                   LL  44  44  44  44  44  44  33
file-find-eligible                   LL  44  44  44  44  44  44  33
file-find-ineligible                 LL  44  44  44  44  44  44  33
file-changes                         L   4   4   4   4   4   4   o
file-changes-ask                     LL  44  44  44  44  44  44  o2
file-changes-extend                  LL  44  44  44  44  44  44  42
file-changes-cancel                  LL  44  44  44  44  44  44  42
program-details                      L   4   4   4   4   4   4   o
program-form                         L   4   4   4   4   4   4   o
program-rubric                       L   4   4   4   4   4   4   o
program-rules                        L   4   4   4   4   4   4   o
program-letters                      L   4   4   4   4   4   4   o
program-people                       L   4   4   4   4   4   4   o
program-export                       L   4   4   4   4   4   4   o
call-manage                          L   4   4   4   4   4   4   o
call-publish                         LL  44  44  44  44  44  44  o9
call-extend                          LL  44  44  44  44  44  44  o2
call-accommodate                     LL  44  44  44  44  44  44  o2
call-cancel                          LL  44  44  44  44  44  44  o2
call-archive                         LL  44  44  44  44  44  44  o9
envelope-statement                   L   4   4   4   4   4   4   o
envelope-csv                         L   4   4   4   4   4   4   o
review-interest-end                  LL  r4  r4  r4  r4  r4  r4  rr
review-score                         LL  44  44  44  44  44  44  33
review-save                          LL  r4  r4  r4  r4  r4  r4  r3
review-check                         LL  44  44  44  44  44  44  33
review-read                          L   4   4   4   4   4   4   3
review-skip                          LL  r4  r4  r4  r4  r4  r4  rr
review-decline                       LL  44  44  44  44  44  44  oo
review-declare-own                   LL  44  44  44  44  44  44  oo
review-document                      L   4   4   4   4   4   4   3
review-declare                       LL  44  44  44  44  44  44  oo
review-rule                          LL  44  44  44  44  44  44  33
review-file                          L   4   4   4   4   4   4   o
review-assign                        LL  r4  r4  r4  r4  r4  r4  r2
review-start                         LL  r4  r4  r4  r4  r4  r4  r9
review-close                         LL  r4  r4  r4  r4  r4  r4  r9
review-reopen-file                   LL  44  44  44  44  44  44  33
review-assignment                    L   4   4   4   4   4   4   o
review-act                           LL  44  44  44  44  44  44  o9
review-recommend                     LL  44  44  44  44  44  44  33
review-ranking                       L   4   4   4   4   4   4   o
decision-file                        L   4   4   4   4   4   4   o
decision-endorse                     LL  44  44  44  44  44  44  33
decision-approve                     LL  44  44  44  44  44  44  33
decision-send-back                   LL  44  44  44  44  44  44  33
decision-late                        LL  44  44  44  44  44  44  33
decision-issue                       LL  44  44  44  44  44  44  rr
decision-reasons                     LL  44  44  44  44  44  44  o9
decision-preview                     L   4   4   4   4   4   4   o
decision-preview-language            L   4   4   4   4   4   4   o
decision-letter-staff                L   4   4   4   4   4   4   o
decision-letter-retry                LL  r4  r4  r4  r4  r4  r4  r9
decision-concurrence                 L   4   4   4   4   4   4   4
decision-concurrence-declare         LL  44  44  44  44  44  44  44
decision-concurrence-give            LL  44  44  44  44  44  44  44
decision-concurrence-send-back       LL  44  44  44  44  44  44  44
decision-letter-of                   L   4   4   4   4   4   4   4
decision-letter                      L   4   4   4   4   4   4   4
decision-letter-pdf                  L   4   4   4   4   4   4   4
decision-verify-code                 oo  oo  oo  oo  oo  oo  oo  oo
partner-key-revoke                   LL  44  44  44  44  44  44  44
api-ledger-list                      1   1   1   1   4   1   1   1
api-agreement-detail                 1   1   1   1   4   1   1   1
api-envelope-detail                  1   1   1   1   4   1   1   1
api-program-detail                   1   1   1   1   4   1   1   1
api-call-detail                      1   1   1   1   4   1   1   1
api-application-detail               1   1   1   1   4   1   1   1
api-decision-detail                  1   1   1   1   4   1   1   1
api-award-detail                     1   1   1   1   4   1   1   1
"""
